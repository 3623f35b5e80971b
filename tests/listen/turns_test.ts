import { assert, assertEquals, assertMatch } from "@std/assert";
import { nextTurn } from "../../lib/base/next_turn.ts";
import type { Handler } from "../../lib/contract.ts";
import { serve, type Server } from "../../lib/serve.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { Certificates } from "../support/certificates.ts";
import { frame } from "../support/client.ts";
import { needing } from "../support/programs.ts";
import { Wire } from "../support/wire.ts";
import { SocketFolder } from "./socket_folder.ts";

const encoder = new TextEncoder();

const GET = (path: string) => `GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`;
const UPGRADE = "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
const CLOSE = frame(0x88, Uint8Array.of(3, 232));

/** Answers a path when a test says so, and says what has begun and which client has left. */
class Slow {
  readonly begun: string[] = [];
  readonly left: string[] = [];
  abandoned = 0;
  received = 0;
  readonly handler: Handler = {
    respond: ({ path }, { left }) => {
      this.#note(this.begun, path);
      left.addEventListener("abort", () => this.#note(this.left, path));
      const { promise, resolve } = this.#wait(path);
      left.addEventListener("abort", () => resolve(new Response()));
      return promise;
    },
    accept: async () => {
      this.#note(this.begun, "upgrade");
      await this.#wait("upgrade").promise;
      return {
        open: () => ({ message: (data) => void (this.received += data.length) }),
        abandon: () => {
          this.abandoned++;
          this.#tell();
        },
      };
    },
  };
  readonly #answers = new Map<string, PromiseWithResolvers<Response>>();
  #news = Promise.withResolvers<void>();

  answer(path: string): void {
    const text = `answer to ${path}`;
    const headers = { "Content-Length": `${text.length}` };
    this.#wait(path).resolve(new Response(text, { headers }));
  }

  /** Waits until it is as a test expects; what would come with it has its turn as well. */
  async until(is: (slow: Slow) => boolean): Promise<void> {
    while (!is(this)) await this.#news.promise;
    await nextTurn();
  }

  #note(all: string[], what: string): void {
    all.push(what);
    this.#tell();
  }

  #tell(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }

  #wait(path: string): PromiseWithResolvers<Response> {
    const found = this.#answers.get(path) ?? Promise.withResolvers<Response>();
    this.#answers.set(path, found);
    return found;
  }
}

/** A server with such a handler. */
async function start(slow: Slow): Promise<Server & { port: number }> {
  const routes = [{ path: "*", handler: slow.handler }];
  const server = await serve({ port: 0, addresses: ["127.0.0.1"], engine: "node", routes });
  return Object.assign(server, { port: Number(new URL(server.addresses[0] ?? "").port) });
}

Deno.test("Turns begins a request when the answer to the one before it is out", async () => {
  const slow = new Slow();
  await using server = await start(slow);
  using wire = await Wire.connect(server);
  await wire.write(["/a", "/b", "/c"].map(GET).join(""));
  slow.answer("/c");
  for (const [path, begun] of [["/a", "/a"], ["/b", "/a /b"], ["/c", "/a /b /c"]] as const) {
    await slow.until(({ begun }) => begun.includes(path));
    assertEquals(slow.begun.join(" "), begun);
    slow.answer(path);
    await wire.until(new RegExp(`answer to ${path}`));
  }
});

for (const how of ["hangs up", "closes its side and hangs up"]) {
  Deno.test(`Turns begins nothing for a client that ${how}, and ends what it has begun`, async () => {
    const slow = new Slow();
    await using server = await start(slow);
    using wire = await Wire.connect(server);
    await wire.write(["/a", "/b", "/c"].map(GET).join(""));
    await slow.until(({ begun }) => begun.length > 0);
    if (how !== "hangs up") await wire.conn.closeWrite();
    wire[Symbol.dispose]();
    await slow.until(({ left }) => left.length > 0);
    assertEquals([slow.begun, slow.left], [["/a"], ["/a"]]);
  });
}

Deno.test("Turns answers a client that has closed its side meanwhile", async () => {
  const slow = new Slow();
  await using server = await start(slow);
  using wire = await Wire.connect(server);
  await wire.write(GET("/a") + GET("/b"));
  await wire.conn.closeWrite();
  await slow.until(({ begun }) => begun.length > 0);
  slow.answer("/a");
  slow.answer("/b");
  assertMatch(await wire.rest(), /answer to \/a[^]*answer to \/b$/);
});

Deno.test("Turns ends with an answer that closes the connection", async () => {
  const slow = new Slow();
  await using server = await start(slow);
  using wire = await Wire.connect(server);
  const last = GET("/b").replace("h\r\n", "h\r\nConnection: close\r\n");
  await wire.write(GET("/a") + last + GET("/c"));
  for (const path of ["/a", "/b", "/c"]) slow.answer(path);
  assertMatch(await wire.rest(), /answer to \/a[^]*answer to \/b$/);
  assertEquals(slow.begun, ["/a", "/b"]);
});

for (
  const [what, rest, status] of [
    ["no request", "no request\r\n\r\n", 400],
    ["a request without a host", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 400],
    ["a head that is too long", `GET / HTTP/1.1\r\nX: ${"x".repeat(70_000)}\r\n\r\n`, 431],
    [
      "a request that breaks in its body",
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nno size\r\n",
      400,
    ],
    ["a tunnel", "CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n", 404],
  ] as const
) {
  Deno.test(`Turns answers ${what} behind the answer before it`, async () => {
    using log = new CapturedLog();
    const slow = new Slow();
    const routes = [{ path: "/a", handler: slow.handler }];
    await using server = await serve({
      port: 0,
      addresses: ["127.0.0.1"],
      engine: "node",
      routes,
    });
    using wire = await Wire.connect({ port: Number(new URL(server.addresses[0] ?? "").port) });
    const sending = wire.offer(GET("/a") + rest);
    await slow.until(({ begun }) => begun.length > 0);
    slow.answer("/a");
    assertMatch(
      await wire.rest(),
      new RegExp(`^HTTP/1.1 200 [^]*answer to /aHTTP/1.1 ${status} `),
    );
    await sending;
    // Nobody is refused without a word.
    assert(log.messages.some((line) => line.startsWith("ACCESS ")), log.messages.join("\n"));
  });
}

Deno.test("Early keeps all that comes before an upgrade is answered, however much it is", async () => {
  const slow = new Slow();
  await using server = await start(slow);
  using wire = await Wire.connect(server);
  const message = frame(0x82, new Uint8Array(500_000));
  const sending = (async () => {
    for (const part of [UPGRADE, message, message, CLOSE]) await wire.write(part);
  })();
  await slow.until(({ begun }) => begun.length > 0);
  slow.answer("upgrade");
  await sending;
  await wire.rest();
  assertEquals(slow.received, 1_000_000);
});

for (const before of ["", GET("/a")]) {
  const where = before ? "a request before it" : "its handler";
  Deno.test(`Early sees that a client leaves while its upgrade waits for ${where}`, async () => {
    using log = new CapturedLog();
    const slow = new Slow();
    await using server = await start(slow);
    using wire = await Wire.connect(server);
    await wire.write(before + UPGRADE);
    await slow.until(({ begun }) => begun.length > 0);
    wire[Symbol.dispose]();
    // By then it counts as gone.
    await log.until(before ? /may have left/ : /The client has left/);
    slow.answer("upgrade");
    if (before) await slow.until(({ left }) => left.length > 0);
    else await slow.until(({ abandoned }) => abandoned > 0);
    assertEquals(slow.begun, [before ? "/a" : "upgrade"]);
  });
}

for (const kind of ["TLS", "a Unix socket"]) {
  Deno.test({
    ...needing(`Turns has requests and an upgrade in one packet over ${kind}`, "openssl"),
    async fn() {
      await using all = new AsyncDisposableStack();
      const slow = new Slow();
      const routes = [{ path: "*", handler: slow.handler }];
      const options = { engine: "node", routes } as const;
      let conn: Deno.Conn;
      if (kind === "TLS") {
        const certificates = all.use(await Certificates.make());
        const { cert: certFile, key: keyFile } = await certificates.server();
        const place = { port: 0, addresses: ["127.0.0.1"], tls: { certFile, keyFile } };
        const server = all.use(await serve({ ...options, ...place }));
        const port = Number(new URL(server.addresses[0] ?? "").port);
        conn = await certificates.connect({ port });
      } else {
        const path = all.use(new SocketFolder()).file("s");
        all.use(await serve({ ...options, unixSocket: { path } }));
        conn = await Deno.connect({ transport: "unix", path });
      }
      using wire = new Wire(conn);
      const hello = frame(0x81, encoder.encode("hello"));
      const bytes = encoder.encode(GET("/a") + GET("/b") + UPGRADE);
      await wire.write(Uint8Array.of(...bytes, ...hello, ...CLOSE));
      for (const path of ["/a", "/b"]) {
        slow.answer(path);
        assertMatch(await wire.until(/answer to \/./), new RegExp(`answer to ${path}$`));
      }
      slow.answer("upgrade");
      assertMatch(await wire.rest(), /HTTP\/1\.1 101 /);
      assertEquals([slow.begun, slow.received], [["/a", "/b", "upgrade"], 5]);
    },
  });
}
