import { assertEquals, assertStringIncludes } from "@std/assert";
import type { CloseAnswer, Connection } from "../../lib/contract.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { settle } from "../base/fake_timers.ts";
import { opened } from "./opening.ts";

type Answer = (connection: Connection, code: number, reason: string) => unknown;

/** What a handler answers to a client's close with 3000 "bye", and the close of the server. */
const ANSWERS: [what: string, answer: Answer, closed: string[], log?: string][] = [
  ["nothing", () => {}, []],
  ["a code", () => ({ code: 4000 }), ["4000"]],
  ["a code and reason", (_, code, reason) => ({ code: code + 1, reason: `${reason} too` }), [
    "3001 bye too",
  ]],
  ["by close", (connection) => connection.close(4001, "enough"), ["4001 enough"]],
  ["by close, and another way", (connection) => {
    connection.close(4001, "enough");
    return { code: 4002 };
  }, ["4001 enough"]],
  ["a code that is none", () => ({ code: 1005 }), [
    "1011 Internal error",
  ], "1005 is no close code"],
  ["a number", () => 4000, [
    "1011 Internal error",
  ], "closing has to return { code, reason }, not 4000"],
  [
    "a mistake",
    () => {
      throw new Error("broken");
    },
    ["1011 Internal error"],
    "broken",
  ],
  ["a promise", () => Promise.resolve({ code: 4000 }), [
    "1011 Internal error",
  ], "closing returned a promise of an answer, in place of the answer"],
  ["a promise of nothing", () => Promise.resolve(), []],
];
for (const [what, answer, closed, message] of ANSWERS) {
  Deno.test(`LiveConnection answers a client's close with ${closed[0] ?? "its code"} where closing returns ${what}`, async () => {
    using log = new CapturedLog("error");
    const { connection, socket, told } = opened((connection) => ({
      closing: (code, reason) => answer(connection, code, reason) as CloseAnswer,
    }));
    connection.closing(3000, "bye");
    await settle();
    assertEquals(socket.closed, closed);
    connection.closed(3000, "bye");
    const failed = closed[0]?.startsWith("1011") && !message?.endsWith("code");
    assertEquals(told, ["open", failed ? `close ${closed[0]}` : "close 3000 bye"]);
    assertEquals(log.messages, message ? [`ERROR session: The handler failed: ${message}`] : []);
  });
}

Deno.test("LiveConnection sends before its answer what closing sends", () => {
  const { connection, socket } = opened((connection) => ({
    closing() {
      connection.send("last words");
      return { code: 4000 };
    },
  }));
  connection.closing(1000, "");
  assertEquals([socket.sent, socket.closed], [["last words"], ["4000"]]);
});

Deno.test("LiveConnection answers with the code of closing, and sends no message in parts any more", async () => {
  let sent: boolean | undefined;
  const { connection, socket } = opened((connection) => ({
    closing() {
      connection.sendStream(["too ", "late"]).then((whole) => sent = whole);
      connection.send("last words");
      return { code: 4000 };
    },
  }));
  connection.closing(1000, "");
  assertEquals([socket.sent, socket.closed], [["last words"], ["4000"]]);
  await settle();
  assertEquals(sent, false);
});

Deno.test("LiveConnection closes with the code of close, where the client closes before its message in parts is complete", async () => {
  let canceled = false;
  const { connection, socket } = opened((connection) => {
    connection.sendStream(new ReadableStream({ cancel: () => void (canceled = true) }));
    connection.close(4000);
  });
  await settle();
  assertEquals(socket.closed, []);
  connection.closing(1000, "");
  assertEquals([canceled, socket.closed], [true, ["4000"]]);
});

Deno.test("LiveConnection has the log say with which code its client is closed, where the server ends before a message in parts is complete", async () => {
  using log = new CapturedLog("info");
  const { connection, socket } = opened();
  connection.sendStream(new ReadableStream());
  connection.close(4000, "done");
  // All that it was to get, it does not: so that it is not told of the end of that.
  connection.end(1001, "Server shutting down", 1_000);
  await settle();
  assertEquals(socket.closed, ["1001 Server shutting down"]);
  connection.closed(1001, "Server shutting down");
  const [said] = log.messages.filter((message) => message.includes("Closed by"));
  assertStringIncludes(said ?? "", `Closed by the server with 1001 "Server shutting down" after`);
});

Deno.test("LiveConnection has the log say how it was closed first, where its client was told that", () => {
  using log = new CapturedLog("info");
  const { connection, socket } = opened();
  connection.close(4000, "done");
  connection.end(1001, "Server shutting down", 1_000);
  assertEquals(socket.closed, ["4000 done"]);
  connection.closed(4000, "done");
  const [said] = log.messages.filter((message) => message.includes("Closed by"));
  assertStringIncludes(said ?? "", `Closed by the handler with 4000 "done" after`);
});

Deno.test("LiveConnection says that a message in parts fails to be canceled, also where nobody is there to get it", async () => {
  using log = new CapturedLog("error");
  const { connection } = opened(() => {});
  connection.closed(1000, "");
  const cancel = () => {
    throw new Error("broken");
  };
  assertEquals(await connection.sendStream(new ReadableStream({ cancel })), false);
  await settle();
  assertEquals(log.messages, ["ERROR session: The handler failed: broken"]);
});

Deno.test("LiveConnection does not ask for an answer where the server has closed", () => {
  let asked = 0;
  const { connection } = opened(() => ({
    closing: () => {
      asked++;
    },
  }));
  connection.close(1000);
  connection.closing(1000, "");
  connection.closed(1000, "");
  assertEquals(asked, 0);
});
