import { assert, assertEquals } from "@std/assert";
import type { Connection, Session } from "../../lib/contract.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { opened } from "./opening.ts";

Deno.test("LiveConnection is closed with 1009 when a message is too large, and says so", () => {
  using log = new CapturedLog("error");
  const { connection, socket, told } = opened();
  // As long as the client has not read it, it may go on.
  for (let count = 0; count < 3; count++) connection.tooLarge();
  const close = "1009 A message may have 10 bytes";
  assertEquals([socket.closed, told], [[close], ["open", `close ${close}`]]);
  assertEquals(log.messages, ["ERROR websocket: A message is larger than 10 bytes"]);
  connection.closed(1009, "");
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
    const opening = opened(open);
    const { connection, socket, roster, told } = opening;
    for (const data of ["a", "b"]) opening.receive(data);
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
    const opening = opened((connection) => ({ message: () => connection.close(code, "no") }));
    const { connection, socket, roster, told } = opening;
    opening.receive("a");
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

Deno.test("LiveConnection is closed with 1011 when its handler closes with a reason that is no text", () => {
  using log = new CapturedLog("error");
  const opening = opened((connection) => ({
    message: () => connection.close(4000, null as unknown as string),
  }));
  opening.receive("a");
  assertEquals(opening.socket.closed, ["1011 Internal error"]);
  assert(log.messages[0]?.includes("A reason has to be a string, not null"));
  opening.connection.closed(1011, "");
});

const hostile = Object.defineProperty(new Error(), "message", { get: fail });

const HOSTILE: [what: string, open: (connection: Connection) => Session][] = [
  ["throws an error that cannot be told", () => ({
    message() {
      throw hostile;
    },
  })],
  ["closes with a symbol", (connection) => ({
    message: () => connection.close(Symbol() as unknown as number),
  })],
  ["sends bytes that it has given away", (connection) => ({
    message() {
      const bytes = new Uint8Array(8);
      bytes.buffer.transfer();
      connection.send(bytes);
    },
  })],
];
for (const [what, open] of HOSTILE) {
  Deno.test(`LiveConnection is closed with 1011 when its handler ${what}`, () => {
    using log = new CapturedLog("error");
    const opening = opened(open);
    opening.receive("a");
    assert(log.messages[0]?.includes("The handler failed: "));
    assertEquals(opening.socket.closed, ["1011 Internal error"]);
    opening.connection.closed(1011, "");
  });
}

Deno.test("LiveConnection says where its handler fails to tell of its end", async () => {
  using log = new CapturedLog("access");
  const { connection } = opened(() => ({ ending: () => Promise.reject(new Error("no end")) }));
  connection.closed(1000, "");
  await log.until(/DISCONNECT/);
  const errors = log.messages.filter((message) => message.startsWith("ERROR"));
  assertEquals(errors, ["ERROR session: The handler failed: no end"]);
});
