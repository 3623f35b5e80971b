import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { Lines } from "../support/lines.ts";
import { aborted, bytes, Watched } from "./contract/heard.ts";
import { RedisSite } from "./redis_site.ts";

// Nobody but who is stopped is silent for so long.
const TTL = "ttl=4s";
const HOLDER = fileURLToPath(new URL("holder.ts", import.meta.url));

Deno.test("RedisBus whose server was stopped for longer than its time sees at once that it is over", async () => {
  await using site = await RedisSite.open(TTL);
  const bus = await site.join();
  using watched = new Watched(bus);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--no-lock", HOLDER, `${site.redis.url}?${TTL}`],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const said = new Lines(child.stdout);
  try {
    const [, fence, self = ""] = (await said.until(/^holds /)).split(" ");
    const seen = await bus.claim("name");
    assertEquals([seen.peer, seen.fence], [self, Number(fence)]);
    child.kill("SIGSTOP");
    // What comes while it is stopped lies before it when it wakes.
    bus.send(self, bytes("a"));
    assert(await bus.publish("room", bytes("a"), { count: 1, keep: 1 }));
    await aborted(seen.over);
    let claim = await bus.claim("name");
    while (claim.peer !== bus.self) {
      await aborted(claim.over);
      claim = await bus.claim("name");
    }
    assert(claim.fence > Number(fence));
    if (bus.peers.has(self)) await watched.until(`left:${self}`);
    assert(await bus.publish("room", bytes("b"), { count: 1, keep: 1 }));
    child.kill("SIGCONT");
    await said.until(/^entry b/);
    await said.until(/^over/);
    const events = said.all.slice(said.all.findIndex((line) => line.startsWith("holds")) + 1);
    assertEquals(events[0], "over");
    assertEquals(events.filter((event) => event.startsWith("entry")), ["entry a", "entry b"]);
    assertEquals(claim.over.aborted, false);
  } finally {
    child.kill("SIGTERM");
    await Promise.all([child.status, said.ended]);
  }
});
