import { assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { Batch } from "../../lib/base/batch.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { HeldClock } from "../base/held_clock.ts";
import { opened, Opening } from "./opening.ts";

Deno.test("LiveConnection has the id of its request", () => {
  const { connection } = opened();
  assertEquals(connection.id, "id-1");
  connection.closed(1000, "");
});

Deno.test("LiveConnection tells its handler of messages in their order and of the end", () => {
  const opening = opened();
  const { connection, socket, roster, told } = opening;
  assertEquals(roster.size, 1);
  for (const data of ["a", Uint8Array.of(1, 2), "b"]) opening.receive(data);
  connection.closed(1001, "going away");
  assertEquals(told, ["open", "message a", "message 1,2", "message b", "close 1001 going away"]);
  assertEquals([socket.closed, roster.size], [[], 0]);
});

Deno.test("LiveConnection logs CONNECT and DISCONNECT, once each", () => {
  using clock = new HeldClock();
  using log = new CapturedLog("access");
  const { connection } = opened();
  clock.now = 12;
  connection.closed(1000, "");
  connection.closed(1000, "");
  const [connect, disconnect, why = "", ...rest] = log.messages;
  assertEquals([connect, disconnect, rest], [
    "ACCESS session: CONNECT",
    "ACCESS session: DISCONNECT",
    [],
  ]);
  assertMatch(why, /^INFO session: Closed by the client with 1000 after 12 ms: /);
});

Deno.test("LiveConnection.send() leaves text and bytes as they are", () => {
  const { connection, socket } = opened();
  connection.send("é");
  connection.send(Uint8Array.of(0, 255));
  connection.send("");
  assertEquals(socket.sent, ["é", Uint8Array.of(0, 255), ""]);
  connection.closed(1000, "");
});

Deno.test("LiveConnection.send() drops what comes after the close", () => {
  const { connection, socket } = opened();
  connection.close();
  connection.send("after close()");
  connection.closed(1000, "");
  connection.send("after the end");
  assertEquals(socket.sent, []);
});

Deno.test("LiveConnection.close() closes once: the first call decides", () => {
  const { connection, socket, told } = opened();
  connection.close(4001, "first");
  connection.close(4002, "second");
  connection.end(1001, "third");
  assertEquals(socket.closed, ["4001 first"]);
  connection.closed(4001, "first");
  connection.close(4003, "fourth");
  assertEquals(socket.closed, ["4001 first"]);
  assertEquals(told.filter((line) => line.startsWith("close")).length, 1);
});

Deno.test("LiveConnection.close() means 1000 without a reason unless it says otherwise", () => {
  const { connection, socket } = opened();
  connection.close();
  assertEquals(socket.closed, ["1000"]);
  connection.closed(1000, "");
});

const REASONS: [what: string, reason: string, cut: string][] = [
  ["123 bytes", "x".repeat(123), "x".repeat(123)],
  ["124 bytes", "x".repeat(124), "x".repeat(123)],
  ["two bytes a character", "é".repeat(100), "é".repeat(61)],
  ["three bytes a character", "一".repeat(100), "一".repeat(41)],
  ["four bytes a character", "😀".repeat(100), "😀".repeat(30)],
  ["a character across the limit", "x".repeat(122) + "é", "x".repeat(122)],
];
for (const [what, reason, cut] of REASONS) {
  Deno.test(`LiveConnection.close() cuts a reason to 123 bytes of UTF-8: ${what}`, () => {
    const { connection, socket } = opened();
    connection.close(4000, reason);
    assertEquals(socket.closed, [`4000 ${cut}`]);
    connection.closed(4000, cut);
  });
}

Deno.test("LiveConnection has the patience of its route where its handler closes, and less where the server does", () => {
  for (const [lingerMs, patience] of [[0, Infinity], [20_000, 20_000]] as const) {
    const { connection, socket } = opened(() => {}, { lingerMs });
    connection.close();
    connection.end(1001, "Server shutting down", 1_000);
    connection.closed(1000, "");
    assertEquals(socket.patience, [patience, 1_000]);
  }
  const { connection, socket } = opened();
  connection.end(1009, "A message may have 10 bytes");
  connection.closed(1009, "");
  assertEquals(socket.patience, [10_000]);
});

Deno.test("LiveConnection.closed() may come twice and after an end of our own", () => {
  const { connection, roster, told } = opened();
  connection.end(1001, "Server shutting down");
  connection.closed(1001, "Server shutting down");
  connection.closed(1006, "");
  assertEquals(told, ["open", "close 1001 Server shutting down"]);
  assertEquals(roster.size, 0);
});

Deno.test("LiveConnection passes no message on after the close", () => {
  const { connection, told } = opened();
  connection.close();
  connection.received(Batch.of("after close()"));
  connection.closed(1000, "");
  connection.received(Batch.of("after the end"));
  assertEquals(told, ["open", "close 1000"]);
});

Deno.test("LiveConnection passes no message on before it is open", () => {
  const { connection, told } = new Opening();
  connection.received(Batch.of("too early"));
  connection.opened();
  assertEquals(told, ["open"]);
  connection.closed(1000, "");
});

Deno.test("LiveConnection may be closed by its handler while it is opened", () => {
  const { connection, socket, told } = opened((connection) => connection.close(4000, "no"));
  assertEquals(socket.closed, ["4000 no"]);
  connection.received(Batch.of("too late"));
  connection.closed(4000, "no");
  assertEquals(told, ["open", "close 4000 no"]);
});

const NEVER_OPEN: [how: string, leave: (opening: Opening) => void][] = [
  ["its socket closes", ({ connection }) => connection.closed(1006, "")],
  ["the server ends it", ({ connection }) => connection.end(1001, "Server shutting down")],
];
for (const [how, leave] of NEVER_OPEN) {
  Deno.test(`LiveConnection abandons its ticket once when ${how} before it is open`, () => {
    const opening = new Opening();
    const { connection, roster, socket, told } = opening;
    leave(opening);
    leave(opening);
    assertEquals([told, roster.size], [["abandon"], 0]);
    // An engine that opens it nevertheless gets it closed, and the handler never hears of it.
    connection.opened();
    connection.received(Batch.of("a message"));
    connection.closed(1001, "");
    assertEquals([told, socket.closed], [["abandon"], ["1001 Opened too late"]]);
  });
}

Deno.test("LiveConnection.send() says what a message has to be", () => {
  using log = new CapturedLog("error");
  const opening = new Opening((connection) => {
    connection.send({ a: 1 } as unknown as string);
  });
  opening.connection.opened();
  assertEquals(opening.socket.sent, []);
  assertStringIncludes(
    log.messages.join(),
    "A message has to be a string or a Uint8Array, not an object (Object)",
  );
  assertThrows(
    () => opening.connection.publish("room", 5 as unknown as string),
    TypeError,
    "not 5",
  );
  opening.connection.closed(1011, "");
});

Deno.test("LiveConnection.lost() is logged also while it is closing", () => {
  using log = new CapturedLog("error");
  const { connection } = opened();
  connection.close();
  connection.lost(5);
  connection.closed(1006, "");
  assertEquals(log.messages, [
    "ERROR websocket: The client did not take 5 bytes that were sent to it",
  ]);
});

Deno.test("LiveConnection.drained() lets the end come to who sends until it is told of it", async () => {
  let over = false;
  const { connection } = opened(() => ({ close: () => void (over = true) }));
  connection.close();
  setTimeout(() => connection.closed(1000, ""), 0);
  while (!over) {
    connection.send("more");
    await connection.drained();
  }
});
