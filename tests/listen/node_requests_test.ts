import { assertEquals, assertMatch } from "@std/assert";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { NodeRequests } from "../../lib/listen/node_requests.ts";
import type { Dispatcher } from "../../lib/gate/dispatch.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { frame } from "../support/client.ts";
import { Certificates, sslOptions } from "../support/certificates.ts";
import { TestServer } from "../support/server.ts";
import { Wire } from "../support/wire.ts";

const encoder = new TextEncoder();

const GET = (path: string) => `GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`;
const UPGRADE = "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

for (const [count, paths] of [["one request", ["/a"]], ["two requests", ["/a", "/b"]]] as const) {
  Deno.test(`NodeRequests carries out an upgrade that comes together with ${count}`, async () => {
    await using server = await TestServer.start(["--route=/=echo"], { form: "node" });
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

Deno.test("NodeRequests reads on behind requests with letters beyond ASCII in their paths", async () => {
  await using server = await TestServer.start(["--route=/=echo"], { form: "node" });
  using wire = await Wire.connect(server);
  // One after the other and together, more than there may be listeners to a socket.
  for (const count of [...Array(20).fill(1), 20]) {
    await wire.write((GET("/ä") + GET("/b")).repeat(count));
    for (let index = 0; index < 2 * count; index++) {
      assertMatch(await wire.until(/404 Not Found\n/), /^HTTP\/1\.1 404 /);
    }
  }
  const hello = frame(0x81, encoder.encode("hello"));
  await wire.write(Uint8Array.of(...encoder.encode(UPGRADE.replace("/", "/?ü")), ...hello));
  assertMatch(await wire.until(/hello/), /^HTTP\/1\.1 101 /);
  wire[Symbol.dispose]();
  await server.stdout.until(/\/\?%C3%BC' .* DISCONNECT$/);
  assertEquals(server.stderr.all, []);
});

Deno.test("NodeRequests reads on over TLS, or says that it does not", async () => {
  await using certificates = await Certificates.make();
  const options = sslOptions(await certificates.server());
  await using server = await TestServer.start([...options, "--route=/=echo"], { form: "node" });
  const next = async (wire: Wire) => await wire.until(/404 Not Found\n/);
  using letters = new Wire(await certificates.connect(server));
  await letters.write(GET("/ä") + GET("/b"));
  assertMatch(await next(letters), /^HTTP\/1\.1 404 [^]*connection: keep-alive/i);
  assertMatch(await next(letters), /^HTTP\/1\.1 404 /);
  using other = new Wire(await certificates.connect(server));
  await other.write(
    GET("/a").replace("h\r\n", "h\r\nUpgrade: TLS/1.3\r\nConnection: Upgrade\r\n") + GET("/b"),
  );
  // What lies behind it in the same chunk is lost there: who asked can tell, and asks again.
  assertMatch(
    await other.rest(),
    /^HTTP\/1\.1 404 [^]*connection: close\r[^]*404 Not Found\n$/i,
  );
});

Deno.test("NodeRequests ends the connection of a request that fails, and says so", async () => {
  using log = new CapturedLog();
  // What nobody has thought of.
  const dispatcher = {
    expectDescriptors() {},
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
