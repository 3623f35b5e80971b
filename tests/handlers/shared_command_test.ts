import { assertEquals, assertThrows } from "@std/assert";
import { CommandError, parseCommand } from "../../lib/handlers/shared/command.ts";

const COMMANDS: [line: string, command: unknown][] = [
  [
    '{"type":"send","to":"*","data":"d"}',
    { type: "send", to: "*", except: [], data: "d" },
  ],
  [
    '{"type":"send","to":"a","data":""}',
    { type: "send", to: ["a"], except: [], data: "" },
  ],
  [
    ' {"data":"d", "to":["a","b","a"], "type":"send", "except":["c"], "more":1} ',
    { type: "send", to: ["a", "b"], except: ["c"], data: "d" },
  ],
  [
    '{"type":"send","to":{"room":"r"},"base64":"AAEC/w=="}',
    { type: "send", to: { room: "r" }, except: [], data: Uint8Array.of(0, 1, 2, 255) },
  ],
  ['{"type":"join","id":"a","room":"r"}', { type: "join", id: "a", room: "r" }],
  ['{"type":"leave","id":"a","room":""}', { type: "leave", id: "a", room: "" }],
  ['{"type":"close","id":"a"}', { type: "close", id: "a", code: 1000, reason: "" }],
  [
    '{"type":"close","id":"a","code":4000,"reason":"bye"}',
    { type: "close", id: "a", code: 4000, reason: "bye" },
  ],
];
for (const [line, command] of COMMANDS) {
  Deno.test(`parseCommand() reads ${line.trim()}`, () => {
    assertEquals<unknown>(parseCommand(line), command);
  });
}

const WRONG: [line: string, message: string][] = [
  ["", "it is no JSON"],
  ["hello", "it is no JSON"],
  ['{"type":"send"', "it is no JSON"],
  ["[]", "it is no JSON object"],
  ["null", "it is no JSON object"],
  ["1", "it is no JSON object"],
  ["{}", '"type" is missing'],
  ['{"type":1}', '"type" is 1: expected "send", "join", "leave" or "close"'],
  ['{"type":"open"}', '"type" is "open": expected'],
  ['{"type":"toString"}', '"type" is "toString": expected'],
  ['{"type":"send","data":"d"}', '"to" is missing: expected an id, a list of ids'],
  ['{"type":"send","to":1,"data":"d"}', '"to" is 1: expected an id'],
  ['{"type":"send","to":null,"data":"d"}', '"to" is null'],
  ['{"type":"send","to":[1],"data":"d"}', '"to" is [1]: expected a list of ids'],
  ['{"type":"send","to":{"room":1},"data":"d"}', '"to" is {"room":1}'],
  ['{"type":"send","to":"*","except":"a","data":"d"}', '"except" is "a": expected a list of ids'],
  ['{"type":"send","to":"*"}', 'expected either "data" or "base64"'],
  ['{"type":"send","to":"*","data":"d","base64":""}', 'expected either "data" or "base64"'],
  ['{"type":"send","to":"*","data":{"a":1}}', '"data" is {"a":1}: expected a string'],
  ['{"type":"send","to":"*","data":null}', '"data" is null: expected a string'],
  ['{"type":"send","to":"*","base64":"?"}', '"base64" is "?": expected bytes in base64'],
  ['{"type":"send","to":"*","base64":1}', '"base64" is 1: expected bytes in base64'],
  ['{"type":"join","room":"r"}', '"id" is missing: expected a string'],
  ['{"type":"join","id":"a"}', '"room" is missing: expected a string'],
  ['{"type":"leave","id":"a","room":1}', '"room" is 1: expected a string'],
  ['{"type":"close"}', '"id" is missing: expected a string'],
  ['{"type":"close","id":"a","code":1005}', '"code" is 1005: expected a close code'],
  ['{"type":"close","id":"a","code":5000}', '"code" is 5000: expected a close code'],
  ['{"type":"close","id":"a","code":"1000"}', '"code" is "1000": expected a close code'],
  ['{"type":"close","id":"a","reason":1}', '"reason" is 1: expected a string'],
];
for (const [line, message] of WRONG) {
  Deno.test(`parseCommand() refuses ${line || "an empty line"}`, () => {
    assertThrows(() => parseCommand(line), CommandError, message);
  });
}

Deno.test("parseCommand() cites no more of a value than a line of a log has", () => {
  const line = JSON.stringify({ type: "x".repeat(1_000_000) });
  const { message } = assertThrows(() => parseCommand(line), CommandError);
  assertEquals(message.length < 300, true);
});
