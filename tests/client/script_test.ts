import { assert, assertEquals } from "@std/assert";
import { clientScript } from "../../lib/client/script.ts";
import { needingRegistry } from "../support/registry.ts";
import { PeerListener } from "../support/peer.ts";
import { agree, greet } from "../support/session_peer.ts";
import { Tree } from "../support/tree.ts";

Deno.test("clientScript() is a module that needs nothing beside it", async () => {
  const url = `data:text/javascript,${encodeURIComponent(clientScript())}`;
  const { ResumingWebSocket } = await import(url);
  using listener = new PeerListener();
  const socket = new ResumingWebSocket(listener.url);
  const opened = new Promise((resolve) => socket.onopen = resolve);
  using peer = await agree(listener);
  await greet(peer);
  await opened;
  const said = new Promise<MessageEvent>((resolve) => socket.onmessage = resolve);
  const closed = new Promise<CloseEvent>((resolve) => socket.onclose = resolve);
  await peer.send("Hello");
  assertEquals((await said).data, "Hello");
  await peer.end(1000, "bye");
  assertEquals((await closed).reason, "bye");
});

Deno.test({
  ...needingRegistry("clientScript() is under 4 KB when it is minified"),
  async fn() {
    await using tree = await Tree.make({ "client.js": clientScript() });
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["bundle", "--quiet", "--minify", "client.js"],
      cwd: tree.root,
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    assert(stdout.length > 1024 && stdout.length < 4096, `${stdout.length} bytes`);
  },
});
