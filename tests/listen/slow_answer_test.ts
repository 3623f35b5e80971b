import { setImmediate } from "node:timers";
import { assert, assertEquals } from "@std/assert";
import type { Handler } from "../../lib/contract.ts";
import { process } from "../../lib/handlers/process.ts";
import { serve } from "../../lib/serve.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { FakeTimers } from "../base/fake_timers.ts";
import { Certificates } from "../support/certificates.ts";
import { writeAll } from "../support/bytes.ts";
import { needing } from "../support/programs.ts";

const PIECE = 64 * 1024;

// Rounds without anything that is asked for until a client is cut off at the latest.
const MOST = 200;

/** Answers with more than any client takes, and says how much of it was asked for, and whether its client has left. */
class Endless {
  isLeft = false;
  #pulled = Promise.withResolvers<void>();
  readonly handler: Handler = {
    respond: () => new Response(this.#body()),
  };

  /** Resolves when more of it is asked for, or its client has left. */
  get pulled(): Promise<void> {
    return this.#pulled.promise;
  }

  #body(): ReadableStream<Uint8Array> {
    const tell = () => {
      this.#pulled.resolve();
      this.#pulled = Promise.withResolvers();
    };
    return new ReadableStream({
      pull(controller) {
        controller.enqueue(new Uint8Array(PIECE));
        tell();
      },
      cancel: () => {
        this.isLeft = true;
        tell();
      },
    }, { highWaterMark: 0 });
  }
}

/** Lets the system have its turn; other timers are held. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

const GET = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

/** A client that has asked a server, and reads nothing yet. */
interface Asking extends AsyncDisposable {
  readonly conn: Deno.Conn;
  readonly log: CapturedLog;
  /** The time of its connection. */
  readonly time: FakeTimers;
}

/** Has a client ask a server. */
async function asked(
  handler: Handler,
  { tls = false, target = "/" }: { readonly tls?: boolean; readonly target?: string } = {},
): Promise<Asking> {
  await using all = new AsyncDisposableStack();
  const log = all.use(new CapturedLog("debug"));
  const certificates = tls ? all.use(await Certificates.make()) : undefined;
  const files = await certificates?.server();
  const server = all.use(
    await serve({
      port: 0,
      addresses: ["127.0.0.1"],
      engine: "node",
      routes: [{ path: "*", handler, http: true }],
      ...(files && { tls: { certFile: files.cert, keyFile: files.key } }),
    }),
  );
  const port = Number(new URL(server.addresses[0] ?? "").port);
  // Not before: what the server does from time to time it is not to do a thousand times.
  const time = all.use(new FakeTimers());
  const conn = all.use(
    await certificates?.connect({ port }) ?? await Deno.connect({ hostname: "127.0.0.1", port }),
  );
  await writeAll(conn, GET.replace("/", target));
  const rest = all.move();
  return { conn, log, time, [Symbol.asyncDispose]: () => rest.disposeAsync() };
}

for (const tls of [false, true]) {
  const what = tls ? " over TLS" : "";
  Deno.test({
    ...needing(
      `serve() cuts off a client that takes nothing of an answer for 60 s${what}`,
      ...tls ? ["openssl"] : [],
    ),
    async fn() {
      const endless = new Endless();
      await using client = await asked(endless.handler, { tls });
      await endless.pulled;
      // What the system takes for the client has to be full before.
      for (let round = 0; round < MOST && !endless.isLeft; round++) {
        endless.pulled.then(() => round = 0);
        await client.time.pass(70_000);
        await turn();
      }
      assert(endless.isLeft);
      const cuts = client.log.messages.filter((line) => line.includes("Cut off"));
      assertEquals(cuts, ["DEBUG http: Cut off: the client takes nothing of its answer"]);
    },
  });

  Deno.test({
    ...needing(
      `serve() does not cut off a client that takes an answer slowly${what}`,
      ...tls ? ["openssl"] : [],
    ),
    async fn() {
      const endless = new Endless();
      await using client = await asked(endless.handler, { tls });
      const buffer = new Uint8Array(PIECE);
      await endless.pulled;
      for (let round = 0; round < 20; round++) {
        await client.time.pass(50_000);
        let isMore = false;
        endless.pulled.then(() => isMore = true);
        while (!isMore) assert(await client.conn.read(buffer));
        assertEquals(endless.isLeft, false);
      }
    },
  });
}

Deno.test("serve() leaves it to the options of a connection how long its client may take nothing", async () => {
  const length = 50_000_000;
  const program = process(["head", "-c", `${length}`, "/dev/zero"], { framing: "binary" });
  await using client = await asked(program, { target: "/?stream" });
  const buffer = new Uint8Array(PIECE);
  let got = await client.conn.read(buffer) ?? 0;
  for (let round = 0; round < 100; round++) {
    await client.time.pass(70_000);
    await turn();
  }
  while (got < length) {
    const reading = client.conn.read(buffer);
    let isRead = false;
    reading.finally(() => isRead = true);
    // What reads the program looks from time to time whether there is room again.
    for (; !isRead; await turn()) await client.time.pass(100);
    const read = await reading;
    assert(read !== null);
    got += read;
  }
});
