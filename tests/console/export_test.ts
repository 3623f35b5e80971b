import { assertEquals } from "@std/assert";
import { plainPayload, toJsonLine, toPlainLine } from "../../lib/console/export.js";
import { Journal } from "../../lib/console/journal.js";

const time = new Date(2025, 0, 2, 3, 4, 5, 6).getTime();
const journal = new Journal({ now: () => time });
const text = journal.add("sent", 'a "b"\n\u202e');
const binary = journal.add("received", Uint8Array.of(0, 255));
const close = journal.add("close", "Normal closure", {
  facts: { code: 1000, reason: "bye", wasClean: true },
  size: 5,
});

Deno.test("toJsonLine() writes one line that can be read back", () => {
  const at = new Date(time).toISOString();
  const lines = [text, binary, close].map(toJsonLine);
  assertEquals(lines.map((line) => line.indexOf("\n") === line.length - 1), [true, true, true]);
  assertEquals(lines.map((line) => JSON.parse(line)), [
    { number: 1, time: at, kind: "sent", size: 9, text: 'a "b"\n\u202e' },
    { number: 2, time: at, kind: "received", size: 2, base64: "AP8=" },
    {
      number: 3,
      time: at,
      kind: "close",
      size: 5,
      text: "Normal closure",
      code: 1000,
      reason: "bye",
      wasClean: true,
    },
  ]);
});

Deno.test("toJsonLine() says what is not whole", () => {
  assertEquals(JSON.parse(toJsonLine({ ...binary, shortened: true })).shortened, true);
});

Deno.test("toJsonLine() bears a binary message of a mebibyte", () => {
  const { base64 } = JSON.parse(toJsonLine({ ...binary, data: new Uint8Array(2 ** 20).fill(7) }));
  assertEquals(Uint8Array.fromBase64(base64), new Uint8Array(2 ** 20).fill(7));
});

Deno.test("toPlainLine() writes a line for people", () => {
  assertEquals([binary, close].map(toPlainLine), [
    "03:04:05.006 received 00 ff\n",
    '03:04:05.006 close code=1000 reason="bye" wasClean=true Normal closure\n',
  ]);
});

Deno.test("plainPayload() is the text itself, or hex", () => {
  assertEquals([plainPayload(text.data), plainPayload(binary.data)], [text.data, "00 ff"]);
});
