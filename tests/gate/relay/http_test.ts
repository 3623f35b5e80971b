import { assertEquals } from "@std/assert";
import { shared } from "../../../lib/handlers/shared.ts";
import { CapturedLog } from "../../base/captured_log.ts";
import { RawClient } from "../../support/client.ts";
import { JoinedServers } from "./joined_servers.ts";

const http = (url: string): string => `${url.replace("ws:", "http:")}s`;

for (const engine of ["node", "native"] as const) {
  Deno.test(`shared() is there without a WebSocket from every server, in ${engine}`, async () => {
    using _log = new CapturedLog();
    const script =
      'while read -r line; do if [ "$line" = end ]; then exit 3; fi; echo "$line"; done';
    await using servers = await JoinedServers.start(2, () => [
      { path: "/s", handler: shared(["sh", "-c", script]), http: true },
    ], { engine });
    using one = await RawClient.open(`${servers.url(0)}s`);
    const [stream, events] = await Promise.all([
      fetch(`${http(servers.url(1))}?stream`),
      fetch(http(servers.url(1)), { headers: { Accept: "text/event-stream" } }),
    ]);
    const post = (body: string) => fetch(http(servers.url(1)), { method: "POST", body });
    const posted = await post("a\nb\n");
    assertEquals([posted.status, await posted.text()], [204, ""]);
    assertEquals([await one.text(), await one.text()], ["a", "b"]);
    await one.send("end");
    assertEquals((await one.rest()).closed, "4003 exit status 3");
    // What is cut off says why in no other way.
    const streamed = await stream.text().catch((error) => error instanceof Error);
    assertEquals(streamed, true);
    const told = (await events.text()).split("\n\n").filter((event) => event.includes("data:"));
    assertEquals(told.map((event) => event.replace(/^id: .*\n/gm, "")), [
      "data: a",
      "data: b",
      'event: close\ndata: {"code":4003,"reason":"exit status 3"}',
    ]);
  });
}
