import { assert, assertEquals, assertMatch } from "@std/assert";
import { serve } from "../../lib/serve.ts";
import type { Handler } from "../../lib/contract.ts";
import { Certificates, sslOptions } from "../support/certificates.ts";
import { RawClient } from "../support/client.ts";
import { needing } from "../support/programs.ts";
import { TestServer } from "../support/server.ts";
import { Wire } from "../support/wire.ts";

const SECOND = 1_000;

// Longer than anything may take, in ms.
const GUARD = 90 * SECOND;

const GET = "GET / HTTP/1.1\r\nHost: h\r\n";
const POST = "POST / HTTP/1.1\r\nHost: h\r\n";
const UPGRADE = `${GET}Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n`;

/** A client: what it sends at once, and then once a second. */
interface Slow {
  readonly sends: string;
  readonly drips?: string;
  /** Whether it says nothing of TLS where the server speaks it. */
  readonly bare?: boolean;
  /** How long it has, in ms. */
  readonly least: number;
  readonly most: number;
}

const SOON = { least: 0, most: 8 * SECOND };
const TEN = { least: 8 * SECOND, most: 40 * SECOND };
const IDLE = { least: 50 * SECOND, most: GUARD };
const CLIENTS: Record<string, Slow> = {
  "sends nothing": { sends: "", ...TEN },
  "sends nothing, not even of TLS": { sends: "", bare: true, ...TEN },
  "sends a line end": { sends: "\r\n", ...TEN },
  "sends half a line": { sends: "GET /", ...TEN },
  "sends half a head": { sends: GET, ...TEN },
  "sends a byte of its head a second": { sends: `${GET}X-Slow: `, drips: "x", ...TEN },
  "sends a header a second": { sends: GET, drips: "X-Slow: x\r\n", ...TEN },
  "sends half of its next head": { sends: `${GET}\r\n${GET}`, ...TEN },
  "sends no body": { sends: `${POST}Content-Length: 1000\r\n\r\n`, ...TEN },
  "sends half a body": { sends: `${POST}Content-Length: 1000\r\n\r\nx`, ...TEN },
  "sends a byte of its body a second": {
    sends: `${POST}Content-Length: 1000\r\n\r\n`,
    drips: "x",
    ...TEN,
  },
  "sends a chunk a second": {
    sends: `${POST}Transfer-Encoding: chunked\r\n\r\n`,
    drips: "1\r\nx\r\n",
    ...TEN,
  },
  "asks for another protocol": { sends: UPGRADE, ...IDLE },
  "asks for the last time": { sends: `${GET}Connection: close\r\n\r\n`, ...SOON },
  "asks for nothing more": { sends: `${GET}\r\n`, ...IDLE },
};

/** Half a handshake of TLS: the first bytes of a ClientHello that says that it is longer. */
const HALF_HANDSHAKE = "\x16\x03\x01\x00\x7a\x01\x00\x00\x76\x03\x03";

// Most of it is waiting: both at once, and so in what follows.
Deno.test({
  ...needing("stdws --engine=node and --ssl cut off slow clients, and no others", "openssl"),
  async fn() {
    await Promise.all([cutsOff(false), cutsOff(true)]);
  },
});

async function cutsOff(secure: boolean): Promise<void> {
  await using certificates = await Certificates.make();
  const options = secure ? sslOptions(await certificates.server()) : ["--engine=node"];
  await using server = await TestServer.start([...options, "cat"]);
  const connect = () =>
    secure ? certificates.connect(server) : Wire.connect(server).then((w) => w.conn);
  using idle = await RawClient.open(server.url, { conn: await connect() });
  const clients = { ...CLIENTS };
  // The parser of node:http stops there.
  if (secure) clients["asks for another protocol"] = { sends: UPGRADE, ...SOON };
  if (secure) clients["sends half a handshake"] = { sends: HALF_HANDSHAKE, bare: true, ...TEN };
  const found = await Promise.allSettled(
    Object.entries(clients).map(async ([what, client]) => {
      using wire = client.bare ? await Wire.connect(server) : new Wire(await connect());
      const time = await endOf(wire, client);
      assert(time >= client.least, `a client that ${what} is cut off after ${time} ms`);
      assert(time <= client.most, `a client that ${what} is cut off only after ${time} ms`);
    }),
  );
  const wrong = found.flatMap((one) => one.status === "rejected" ? [String(one.reason)] : []);
  assertEquals(wrong, []);
  await idle.send("still here");
  assertEquals(await idle.text(), "still here");
}

/** How long a client lasts, in ms. */
async function endOf(wire: Wire, { sends, drips }: Slow): Promise<number> {
  const start = performance.now();
  await wire.write(sends);
  let dripping = drips !== undefined;
  const all = [wire.rest(GUARD).finally(() => dripping = false)];
  while (dripping && drips) {
    await new Promise((resolve) => setTimeout(resolve, SECOND));
    if (dripping && !await wire.offer(drips)) break;
  }
  await Promise.all(all);
  return performance.now() - start;
}

/** Answers with the number of bytes of a body. */
function counter(wait: () => Promise<void>): Handler {
  return {
    async respond(_request, { body }) {
      await wait();
      let count = 0;
      for await (const chunk of body ?? []) count += chunk.length;
      return new Response(`${count} bytes\n`);
    },
  };
}

type Upload = [what: string, wait: number, part: number, parts: number];
const UPLOADS: Upload[] = [
  // In ms, bytes, and one a second.
  ["that is slow but steady", 0, 1000, 16],
  ["that nobody reads for a while", 15 * SECOND, 4 * 1024 * 1024, 1],
];
Deno.test({
  ...needing("serve() with engine: node, and with tls, keeps uploads that are slow", "openssl"),
  async fn() {
    const kept = [false, true].flatMap((secure) => UPLOADS.map((upload) => keeps(upload, secure)));
    await Promise.all(kept);
  },
});

async function keeps([what, wait, part, parts]: Upload, secure: boolean): Promise<void> {
  await using certificates = await Certificates.make();
  const { cert, key } = await certificates.server();
  const waiting = () => new Promise<void>((resolve) => setTimeout(resolve, wait));
  await using server = await serve({
    engine: "node",
    port: 0,
    addresses: ["127.0.0.1"],
    routes: [{ path: "*", handler: counter(waiting) }],
    ...(secure ? { tls: { certFile: cert, keyFile: key } } : {}),
  });
  const port = Number(new URL(server.addresses[0] ?? "").port);
  using wire = secure
    ? new Wire(await certificates.connect({ port }))
    : await Wire.connect({ port });
  await wire.write(`${POST}Content-Length: ${part * parts}\r\n\r\n`);
  for (let count = 0; count < parts; count++) {
    await wire.write(new Uint8Array(part));
    if (parts > 1) await new Promise((resolve) => setTimeout(resolve, SECOND));
  }
  assertMatch(
    await wire.until(/ bytes\n/, GUARD),
    new RegExp(`\\n${part * parts} bytes\\n$`),
    `an upload ${what}`,
  );
}

Deno.test("serve() with engine: node tells who reads a body that it was cut off", async () => {
  const failed = Promise.withResolvers<unknown>();
  const left = Promise.withResolvers<void>();
  await using server = await serve({
    engine: "node",
    port: 0,
    addresses: ["127.0.0.1"],
    routes: [{
      path: "*",
      handler: {
        async respond(_request, exchange) {
          exchange.left.addEventListener("abort", () => left.resolve());
          try {
            for await (const _chunk of exchange.body ?? []);
            failed.resolve(undefined);
          } catch (error) {
            failed.resolve(error);
          }
          return new Response();
        },
      },
    }],
  });
  using wire = await Wire.connect({ port: Number(new URL(server.addresses[0] ?? "").port) });
  await wire.write(`${POST}Content-Length: 1000\r\n\r\nhalf`);
  assert(await failed.promise instanceof Error);
  await left.promise;
  assertEquals(await wire.rest(), "");
});
