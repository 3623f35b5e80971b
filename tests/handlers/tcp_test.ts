import { type AddressInfo, createServer } from "node:net";
import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { nextTurn } from "../../lib/base/next_turn.ts";
import { HandshakeError, UsageError } from "../../lib/base/errors.ts";
import { tcp } from "../../lib/handlers/tcp.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { FakeConnection } from "../support/fake_connection.ts";
import { freePort } from "../support/free_port.ts";
import { joined, writeAll } from "../support/bytes.ts";
import { readAll, someBytes, Target } from "../support/target.ts";
import { accept, Talk } from "./talk.ts";

const MEGABYTE = 1024 * 1024;

/** A client and the other end of what it is joined to. */
async function join(target: Target, connection?: FakeConnection): Promise<[Talk, Deno.Conn]> {
  return await Promise.all([Talk.open(tcp(target.address), {}, connection), target.accept()]);
}

/** Waits until so many bytes were sent to a client. */
async function received({ connection }: Talk, length: number): Promise<Uint8Array> {
  const size = () => connection.sent.reduce((sum, part) => sum + part.length, 0);
  while (size() < length) await connection.count(connection.sent.length + 1);
  return joined(connection.sent);
}

for (const kind of ["TCP", "Unix"]) {
  Deno.test(`tcp() carries 10 MB both ways over a ${kind} socket, byte for byte`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      using target = kind === "TCP" ? Target.tcp() : Target.unix(`${folder}/socket`);
      const [talk, conn] = await join(target);
      const echoed = conn.readable.pipeTo(conn.writable);
      const bytes = someBytes(10 * MEGABYTE);
      for (let start = 0; start < bytes.length; start += 65_000) {
        talk.say(bytes.subarray(start, start + 65_000));
      }
      const back = await received(talk, bytes.length);
      assertEquals(back.every((byte, index) => byte === bytes[index]), true);
      assertEquals(talk.connection.sent.some((part) => typeof part === "string"), false);
      await talk[Symbol.asyncDispose]();
      await echoed;
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("tcp() writes text as its bytes, with nothing between messages", async () => {
  using target = Target.tcp();
  const [talk, conn] = await join(target);
  talk.say("é");
  talk.say("");
  talk.say(Uint8Array.of(0, 255));
  talk.say("\n");
  assertEquals([...await readAll(conn, 5)], [0xc3, 0xa9, 0, 255, 10]);
  conn.close();
  await talk[Symbol.asyncDispose]();
});

Deno.test("tcp() closes with 1000 after everything that came before the end", async () => {
  using target = Target.tcp();
  const [talk, conn] = await join(target);
  const bytes = someBytes(MEGABYTE);
  await writeAll(conn, bytes);
  conn.close();
  assertEquals(await talk.connection.closed, "1000");
  assertEquals(joined(talk.connection.sent), bytes);
  await talk[Symbol.asyncDispose]();
});

Deno.test("tcp() gives the other side what was said before its end, too", async () => {
  using target = Target.tcp();
  const [talk, conn] = await join(target);
  const bytes = someBytes(4 * MEGABYTE);
  talk.say(bytes);
  await conn.closeWrite();
  assertEquals(await talk.connection.closed, "1000");
  assertEquals(await readAll(conn), bytes);
  conn.close();
  await talk[Symbol.asyncDispose]();
});

Deno.test("tcp() closes with 1011 and logs it when the other side resets the connection", async () => {
  using log = new CapturedLog("error");
  // Deno cannot reset a connection, Node.js can.
  const server = createServer((socket) => socket.on("data", () => socket.resetAndDestroy()));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const talk = await Talk.open(tcp(address));
  talk.say("reset");
  assertEquals(await talk.connection.closed, "1011 The connection to the other side broke");
  await talk[Symbol.asyncDispose]();
  await new Promise((resolve) => server.close(resolve));
  assertEquals(log.messages.length, 1);
  assertMatch(
    log.messages[0] ?? "",
    new RegExp(`^ERROR session: The connection to ${address} broke: Connection reset`),
  );
});

Deno.test("tcp() closes with 1013 when more waits than may, and logs what is lost", async () => {
  using log = new CapturedLog("error");
  using target = Target.tcp();
  const handler = tcp(target.address, { maxQueue: 100_000 });
  const [talk, conn] = await Promise.all([Talk.open(handler), target.accept()]);
  // The system holds some megabytes for who does not read; it takes them while this waits for it.
  while (!log.messages.length) {
    talk.say(new Uint8Array(60_000));
    await nextTurn();
  }
  const reason = "More than 100000 bytes wait for the other side";
  assertEquals(await talk.connection.closed, `1013 ${reason}`);
  conn.close();
  await talk[Symbol.asyncDispose]();
  const { address } = target;
  assertEquals(
    log.messages[0],
    `ERROR session: Input comes faster than ${address} reads it: more than 100000 bytes wait`,
  );
  assertMatch(
    log.messages.at(-1) ?? "",
    new RegExp(`^ERROR session: ${address} did not take \\d+ bytes from the client$`),
  );
});

Deno.test("tcp() does not read on while a client is behind", async () => {
  using target = Target.tcp();
  const connection = new FakeConnection();
  // It never gets better until the test says so.
  connection.bufferedAmount = Number.MAX_SAFE_INTEGER;
  const [talk, conn] = await join(target, connection);
  const bytes = someBytes(32 * MEGABYTE);
  let written = 0;
  const writing = (async () => {
    while (written < bytes.length) written += await conn.write(bytes.subarray(written));
    conn.close();
  })();
  await connection.count(1);
  const early = joined(connection.sent).length;
  connection.drain();
  assertEquals(await connection.closed, "1000");
  await writing;
  assert(early <= 65536, `${early} bytes were sent to a client that is behind`);
  assertEquals(joined(connection.sent).length, bytes.length);
  await talk[Symbol.asyncDispose]();
});

Deno.test("tcp() writes what waits when its client leaves, then closes the connection", async () => {
  using target = Target.tcp();
  const [talk, conn] = await join(target);
  const bytes = someBytes(8 * MEGABYTE);
  talk.say(bytes);
  talk.leave();
  assertEquals(await readAll(conn), bytes);
  conn.close();
  await talk[Symbol.asyncDispose]();
});

Deno.test("tcp() takes what the other side still sends after its client has left", async () => {
  using log = new CapturedLog("error");
  using target = Target.tcp();
  const [talk, conn] = await join(target);
  const bytes = someBytes(8 * MEGABYTE);
  talk.say(bytes);
  talk.leave();
  // Who echoes does not read on where nobody takes the echo.
  const echoed: Uint8Array[] = [];
  for await (const part of conn.readable.values({ preventCancel: true })) {
    echoed.push(part);
    await writeAll(conn, part);
  }
  assertEquals(joined(echoed), bytes);
  await talk[Symbol.asyncDispose]();
  assertEquals(log.messages, []);
});

Deno.test("tcp() closes the connection of a client whose upgrade did not come about", async () => {
  using target = Target.tcp();
  const [admission, conn] = await Promise.all([accept(tcp(target.address)), target.accept()]);
  admission.abandon?.();
  assertEquals(await conn.read(new Uint8Array(1)), null);
  conn.close();
});

Deno.test("tcp() ends with all of its connections when it is disposed", async () => {
  using target = Target.tcp();
  const handler = tcp(target.address);
  const talks = [];
  const conns = [];
  for (let count = 0; count < 3; count++) {
    const [talk, conn] = await Promise.all([Talk.open(handler), target.accept()]);
    talks.push(talk);
    conns.push(conn);
  }
  for (const talk of talks) talk.leave();
  const ends = conns.map((conn) => readAll(conn).finally(() => conn.close()));
  await handler[Symbol.asyncDispose]?.();
  assertEquals(await Promise.all(ends), [new Uint8Array(), new Uint8Array(), new Uint8Array()]);
});

Deno.test("tcp() refuses with 502 before the upgrade where nobody listens", async () => {
  const address = `127.0.0.1:${freePort()}`;
  const error = await assertRejects(() => accept(tcp(address)), HandshakeError, address);
  assertEquals(error.status, 502);
});

Deno.test("tcp() tells the log where a client was led", async () => {
  using target = Target.tcp();
  const [admission, conn] = await Promise.all([accept(tcp(target.address)), target.accept()]);
  assertEquals(admission.associated, { command: `tcp ${target.address}` });
  admission.abandon?.();
  conn.close();
});

Deno.test("tcp() refuses an address that is none when it is made", () => {
  assertThrows(() => tcp("localhost"), UsageError, '"localhost"');
});
