import { assertEquals, assertMatch } from "@std/assert";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { NodeRequests } from "../../lib/listen/node_requests.ts";
import type { Dispatcher } from "../../lib/gate/dispatch.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { frame } from "../support/client.ts";
import { TestServer } from "../support/server.ts";
import { Wire } from "../support/wire.ts";

const encoder = new TextEncoder();

const GET = (path: string) => `GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`;
const UPGRADE = "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

for (const [count, paths] of [["one request", ["/a"]], ["two requests", ["/a", "/b"]]] as const) {
  Deno.test(`NodeRequests carries out an upgrade that comes together with ${count}`, async () => {
    await using server = await TestServer.start(["--echo"], { form: "node" });
    using wire = await Wire.connect(server);
    const requests = encoder.encode(paths.map(GET).join("") + UPGRADE);
    const hello = frame(0x81, encoder.encode("hello"));
    await wire.write(Uint8Array.of(...requests, ...hello));
    for (const path of paths) {
      assertMatch(await wire.until(/404 Not Found\n/), /^HTTP\/1\.1 404 /, path);
    }
    assertMatch(await wire.until(/hello/), /^HTTP\/1\.1 101 /);
    // Nothing of it is left behind.
    wire[Symbol.dispose]();
    await server.stdout.until(/ DISCONNECT$/);
  });
}

Deno.test("NodeRequests ends the connection of a request that fails, and says so", async () => {
  using log = new CapturedLog();
  // What nobody has thought of.
  const dispatcher = {
    opens: () => true,
    dispatch: () => Promise.reject(new Error("Broken")),
  } as unknown as Dispatcher;
  const requests = new NodeRequests(dispatcher, {
    secure: false,
    authorities: undefined,
    subjectOf: undefined,
    unix: false,
  });
  const server = createServer((message, response) => requests.request(message, response));
  server.on("upgrade", (message, _, head) => requests.upgrade(message, head));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  for (const request of [GET("/"), UPGRADE]) {
    using wire = await Wire.connect(server.address() as AddressInfo);
    await wire.write(request);
    assertEquals(await wire.rest(), "");
  }
  assertEquals(log.messages, Array(2).fill("ERROR http: Cannot answer: Broken"));
  const closed = once(server, "close");
  server.close();
  await closed;
});
