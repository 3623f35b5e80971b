import { assert, assertEquals, assertMatch } from "@std/assert";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { serve } from "../../lib/serve.ts";
import type { IncomingRequest } from "../../lib/base/request.ts";
import type { Admission, Exchange, Handler } from "../../lib/contract.ts";
import { Certificates } from "../support/certificates.ts";
import { RawClient } from "../support/client.ts";
import { needing } from "../support/programs.ts";
import { Wire } from "../support/wire.ts";

const SECOND = 1_000;

const GET = "GET / HTTP/1.1\r\nHost: h\r\n";
const POST = "POST / HTTP/1.1\r\nHost: h\r\n";
const UPGRADE = `${GET}Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n`;

/** A client: what it sends at once, and then once a second. */
interface Slow {
  readonly sends: string;
  readonly drips?: string;
  /** Whether it says nothing of TLS where the server speaks it. */
  readonly bare?: boolean;
}

/** Those that have ten seconds. */
const SLOW: Record<string, Slow> = {
  "sends nothing": { sends: "" },
  "sends nothing, not even of TLS": { sends: "", bare: true },
  "sends a line end": { sends: "\r\n" },
  "sends half a line": { sends: "GET /" },
  "sends half a head": { sends: GET },
  "sends a byte of its head a second": { sends: `${GET}X-Slow: `, drips: "x" },
  "sends a header a second": { sends: GET, drips: "X-Slow: x\r\n" },
  "sends half of its next head": { sends: `${GET}\r\n${GET}` },
  "sends no body": { sends: `${POST}Content-Length: 1000\r\n\r\n` },
  "sends half a body": {
    sends: `${POST.replace("/", "/half")}Content-Length: 1000\r\n\r\nx`,
  },
  "sends a byte of its body a second": {
    sends: `${POST}Content-Length: 1000\r\n\r\n`,
    drips: "x",
  },
  "sends a chunk a second": {
    sends: `${POST}Transfer-Encoding: chunked\r\n\r\n`,
    drips: "1\r\nx\r\n",
  },
};

/** Half a handshake of TLS: the first bytes of a ClientHello that says that it is longer. */
const HALF_HANDSHAKE = "\x16\x03\x01\x00\x7a\x01\x00\x00\x76\x03\x03";

// Most of it is waiting: both at once.
Deno.test({
  ...needing(
    "serve() with engine: node, and with tls, cuts off slow clients, and no others",
    "openssl",
  ),
  async fn() {
    const both = await Promise.allSettled([cutsOff(false), cutsOff(true)]);
    for (const one of both) if (one.status === "rejected") throw one.reason;
  },
});

/** Answers with the number of bytes of a body, sends back what comes over a WebSocket, and knows what was cut off. */
class Counter implements Handler {
  readonly mayRead = Promise.withResolvers<void>();
  readonly failed = Promise.withResolvers<unknown>();
  readonly left = Promise.withResolvers<void>();

  accept(): Admission {
    return { open: (connection) => ({ message: (data) => connection.send(data) }) };
  }

  async respond({ path }: IncomingRequest, { body, left }: Exchange): Promise<Response> {
    if (path === "/late") await this.mayRead.promise;
    if (path === "/half") left.addEventListener("abort", () => this.left.resolve());
    let count = 0;
    try {
      for await (const chunk of body ?? []) count += chunk.length;
    } catch (error) {
      if (path === "/half") this.failed.resolve(error);
    }
    return new Response(`${count} bytes\n`);
  }
}

/**
 * What happens to each is told by the others: who has ten seconds is cut off behind whoever has none, and before
 * those that may stay.
 */
async function cutsOff(secure: boolean): Promise<void> {
  await using certificates = await Certificates.make();
  const { cert, key } = await certificates.server();
  const counter = new Counter();
  await using server = await serve({
    engine: "node",
    port: 0,
    addresses: ["127.0.0.1"],
    routes: [{ path: "*", handler: counter }],
    ...(secure ? { tls: { certFile: cert, keyFile: key } } : {}),
  });
  const url = server.addresses[0] ?? "";
  const address = { port: Number(new URL(url).port) };
  const connect = async (bare = false) =>
    secure && !bare ? new Wire(await certificates.connect(address)) : await Wire.connect(address);

  const ended: string[] = [];
  // The parser of node:http stops there, over TLS.
  const soon: Record<string, Slow> = {
    "asks for the last time": { sends: `${GET}Connection: close\r\n\r\n` },
    ...(secure ? { "asks for another protocol": { sends: UPGRADE } } : {}),
  };
  const slow = { ...SLOW };
  if (secure) slow["sends half a handshake"] = { sends: HALF_HANDSHAKE, bare: true };

  // On the same loop as those of the server: less than they have, however busy the machine is.
  const early = setTimeout(() => ended.push("early"), 8 * SECOND);
  using idle = await RawClient.open(url, { conn: (await connect()).conn });
  using steady = await connect();
  using late = await connect();
  using silent = await connect();
  await silent.write(`${GET}\r\n`);
  // They may stay for a minute, as it says.
  assertMatch(await silent.until(/bytes\n/), /\r\nKeep-Alive: timeout=60\r\n/i);
  // All of it is sent before anybody reads it.
  const sent = 4 * 1024 * 1024;
  await late.write(`${POST.replace("/", "/late")}Content-Length: ${sent}\r\n\r\n`);
  const sending = late.write(new Uint8Array(sent));

  let isOver = false;
  const all = Object.entries({ ...soon, ...slow }).map(async ([what, client]) => {
    using wire = await connect(client.bare);
    await endOf(wire, client);
    ended.push(what);
  });
  const uploading = upload(steady, () => isOver);
  // Where anything else fails first, these do as well.
  for (const one of [sending, uploading]) one.catch(() => {});
  const failed = await Promise.allSettled(all);
  clearTimeout(early);
  assertEquals(failed.filter(({ status }) => status === "rejected"), []);
  const [first, second] = [
    ended.slice(0, Object.keys(soon).length),
    ended.slice(Object.keys(soon).length),
  ];
  assertEquals(first.toSorted(), Object.keys(soon).toSorted());
  assertEquals([second[0], second.slice(1).toSorted()], ["early", Object.keys(slow).toSorted()]);

  // Who reads half a body is told.
  assert(await counter.failed.promise instanceof Error);
  await counter.left.promise;

  isOver = true;
  counter.mayRead.resolve();
  const count = await uploading;
  assertMatch(await steady.until(/ bytes\n/), new RegExp(`\\n${count} bytes\\n$`));
  await sending;
  assertMatch(await late.until(/ bytes\n/), new RegExp(`\\n${sent} bytes\\n$`));
  await silent.write(`${GET}\r\n`);
  await silent.until(/ bytes\n/);
  await idle.send("still here");
  assertEquals(await idle.text(), "still here");
}

/** Resolves at the end of a client. */
async function endOf(wire: Wire, { sends, drips }: Slow): Promise<void> {
  await wire.write(sends);
  let dripping = drips !== undefined;
  const end = wire.rest().finally(() => dripping = false);
  while (dripping && drips) {
    await new Promise((resolve) => setTimeout(resolve, SECOND));
    if (dripping && !await wire.offer(drips)) break;
  }
  await end;
}

/** Sends 1,000 bytes of a body each second until it is told that it is enough; answers how many bytes it was. */
async function upload(wire: Wire, isEnough: () => boolean): Promise<number> {
  await wire.write(`${POST}Transfer-Encoding: chunked\r\n\r\n`);
  let count = 0;
  for (; !isEnough(); count += 1_000) {
    await wire.write(`3e8\r\n${"x".repeat(1_000)}\r\n`);
    await new Promise((resolve) => setTimeout(resolve, SECOND));
  }
  await wire.write("0\r\n\r\n");
  return count;
}

Deno.test("node:http ends a connection on which nothing more is asked for in its keepAliveTimeout", async () => {
  const options = { keepAliveTimeout: 100, connectionsCheckingInterval: 100 };
  const server = createServer(options, (_request, response) => response.end("x"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  using wire = await Wire.connect(server.address() as AddressInfo);
  await wire.write(`${GET}\r\n`);
  assertMatch(await wire.rest(), / 200 OK[^]*x/);
  const closed = once(server, "close");
  server.close();
  await closed;
});
