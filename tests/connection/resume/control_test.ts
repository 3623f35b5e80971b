import { assertEquals, assertThrows } from "@std/assert";
import { ControlError, controlText, readControl } from "../../../lib/connection/resume/control.ts";

Deno.test("controlText() begins with DLE, and the rest is JSON", () => {
  assertEquals(controlText({ ack: 3 }), '\x10{"ack":3}');
});

const TAKEN: [text: string, control: object][] = [
  ['{"ack":0}', { ack: 0 }],
  ['{"received":12}', { received: 12 }],
  ['{"received":1,"ack":2}', { received: 1, ack: 2 }],
  ["{}", {}],
  ['{"later":{"a":[1]},"ack":1}', { ack: 1 }],
];
for (const [text, control] of TAKEN) {
  Deno.test(`readControl() reads ${text}`, () => assertEquals(readControl(text), control));
}

const REFUSED: [text: string, message: string][] = [
  ["", "A control message is no JSON"],
  ["hello", "A control message is no JSON"],
  ["[1]", "A control message is no object"],
  ["null", "A control message is no object"],
  ["7", "A control message is no object"],
  ['{"ack":-1}', '"ack" of a control message is no number of messages'],
  ['{"ack":1.5}', '"ack" of a control message is no number of messages'],
  ['{"ack":1e300}', '"ack" of a control message is no number of messages'],
  ['{"ack":"1"}', '"ack" of a control message is no number of messages'],
  ['{"received":null}', '"received" of a control message is no number of messages'],
  [`{"a":"${"x".repeat(1_024)}"}`, "A control message is too long"],
];
for (const [text, message] of REFUSED) {
  Deno.test(`readControl() refuses ${text.slice(0, 40)}`, () => {
    assertThrows(() => readControl(text), ControlError, message);
  });
}
