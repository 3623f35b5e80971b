import { assert, assertEquals } from "@std/assert";
import type { Connection, Session } from "../../lib/handlers/handler.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { opened } from "./fake_socket.ts";

const SIZES: [what: string, data: string | Uint8Array, passes: boolean][] = [
  ["nothing", "", true],
  ["10 ASCII characters", "x".repeat(10), true],
  ["11 ASCII characters", "x".repeat(11), false],
  ["5 characters of two bytes", "é".repeat(5), true],
  ["6 characters of two bytes", "é".repeat(6), false],
  ["3 characters of three bytes", "一".repeat(3), true],
  ["4 characters of three bytes", "一".repeat(4), false],
  ["2 characters of four bytes", "😀".repeat(2), true],
  ["3 characters of four bytes", "😀".repeat(3), false],
  ["10 bytes", new Uint8Array(10), true],
  ["11 bytes", new Uint8Array(11), false],
];
for (const [what, data, passes] of SIZES) {
  Deno.test(`LiveConnection ${passes ? "takes" : "refuses"} ${what} where 10 bytes are allowed`, () => {
    const { connection, socket, told } = opened(undefined, { maxFrameSize: 10 });
    connection.received(data);
    const close = "1009 A message may have 10 bytes";
    assertEquals(socket.closed, passes ? [] : [close]);
    assertEquals(told.slice(1), [passes ? `message ${data}` : `close ${close}`]);
    connection.closed(1009, "");
  });
}

Deno.test("LiveConnection logs a message that is too large", () => {
  using log = new CapturedLog("error");
  const { connection } = opened(undefined, { maxFrameSize: 10 });
  connection.received("x".repeat(11));
  assertEquals(log.messages, ["ERROR websocket: A message is larger than 10 bytes"]);
  connection.closed(1009, "");
});

Deno.test("LiveConnection takes a message of any size where 0 bytes are allowed", () => {
  const { connection, socket, told } = opened(undefined, { maxFrameSize: 0 });
  connection.received("x".repeat(3_000_000));
  assertEquals([socket.closed.length, told.length], [0, 2]);
  connection.closed(1000, "");
});

const fail = (): never => {
  throw new Error("what went wrong");
};
const FAILURES: [what: string, open: (connection: Connection) => Session | void, told: string[]][] =
  [
    ["open", fail, ["open"]],
    ["message", () => ({ message: fail }), ["open", "message a", "close 1011 Internal error"]],
    [
      "message and then in close",
      () => ({ message: fail, close: fail }),
      ["open", "message a", "close 1011 Internal error"],
    ],
  ];
for (const [what, open, expected] of FAILURES) {
  Deno.test(`LiveConnection is closed with 1011 when its handler throws in ${what}`, () => {
    using log = new CapturedLog("error");
    const { connection, socket, roster, told } = opened(open);
    connection.received("a");
    connection.received("b");
    assertEquals(socket.closed, ["1011 Internal error"]);
    connection.closed(1011, "Internal error");
    assertEquals([told, roster.size], [expected, 0]);
    const failure = "ERROR session: The handler failed: what went wrong";
    assert(log.messages.length > 0);
    assertEquals(log.messages, log.messages.map(() => failure));
  });
}

Deno.test("LiveConnection survives a handler that throws when it is told of the end", () => {
  using log = new CapturedLog("error");
  const { connection, socket, roster } = opened(() => ({ close: fail }));
  connection.closed(1000, "");
  assertEquals([socket.closed, roster.size], [[], 0]);
  assertEquals(log.messages, ["ERROR session: The handler failed: what went wrong"]);
});

const UNSENDABLE = [0, 404, 999, 1005, 1006, 1015, 2999, 5000, 70_000, NaN];
for (const code of UNSENDABLE) {
  Deno.test(`LiveConnection is closed with 1011 when its handler closes with ${code}`, () => {
    using _log = new CapturedLog();
    const { connection, socket, roster, told } = opened((connection) => ({
      message: () => connection.close(code, "no"),
    }));
    connection.received("a");
    assertEquals(socket.closed, ["1011 Internal error"]);
    connection.closed(1011, "Internal error");
    assertEquals(told, ["open", "message a", "close 1011 Internal error"]);
    assertEquals(roster.size, 0);
  });
}

Deno.test("LiveConnection.failed() is logged and left to the close that follows", () => {
  using log = new CapturedLog();
  const { connection, socket, told } = opened();
  connection.failed("Unexpected EOF");
  assertEquals([told, socket.closed], [["open"], []]);
  assertEquals(log.messages.at(-1), "DEBUG websocket: Cannot receive: Unexpected EOF");
  connection.closed(1006, "");
  assertEquals(told, ["open", "close 1006"]);
});
