import { assertEquals, assertStrictEquals } from "@std/assert";
import { Batch } from "../../../lib/base/batch.ts";
import { divide, escaped } from "../../../lib/connection/resume/escape.ts";

const encoder = new TextEncoder();

/** A batch of messages in one buffer, as a read of a socket brings them. */
function batchOf(texts: readonly string[], binary = false): Batch {
  const spans: number[] = [];
  let all = "";
  for (const text of texts) {
    all += "-";
    const start = encoder.encode(all).length;
    all += text;
    spans.push(start, encoder.encode(all).length);
  }
  return new Batch(binary, encoder.encode(all), spans);
}

/** What {@linkcode divide} hands on: messages as texts, control messages in brackets. */
function divided(batch: Batch, most = Infinity): string[] {
  const found: string[] = [];
  divide(batch, {
    data: (some) => found.push(...some.messages.map(String)),
    control: (text) => found.push(`[${text}]`),
    get isOver() {
      return found.length >= most;
    },
  });
  return found;
}

const TEXTS: [what: string, texts: string[]][] = [
  ["texts with a DLE before them", ["a", "\x10b", "c", "\x10\x10", "\x10"]],
  ["an empty text before one with a DLE", ["", "\x10", ""]],
  ["a DLE that is not first", ["a\x10", "é\x10€"]],
  ["control messages of somebody", ['\x10{"ack":1}']],
  ["no messages", []],
];
for (const [what, texts] of TEXTS) {
  Deno.test(`escaped() and divide() leave ${what} as they are`, () => {
    assertEquals(divided(escaped(batchOf(texts))), texts);
  });
}

Deno.test("escaped() and divide() leave a text that is not encoded yet as it is", () => {
  for (const text of ["", "a", "\x10", "\x10é"]) {
    assertEquals(divided(escaped(Batch.of(text))), [text]);
  }
});

Deno.test("escaped() makes nothing of messages that do not begin with a DLE", () => {
  const batches = [batchOf(["a", "b"]), Batch.of("a"), batchOf(["\x10"], true)];
  for (const batch of batches) assertStrictEquals(escaped(batch), batch);
});

Deno.test("divide() hands on a batch as it is where nothing in it is control", () => {
  for (const batch of [batchOf(["a", "b"]), Batch.of("a"), batchOf(["\x10", "a"], true)]) {
    divide(batch, {
      data: (some) => assertStrictEquals(some, batch),
      control: () => {
        throw new Error("There is none");
      },
      isOver: false,
    });
  }
});

Deno.test("divide() finds control messages between others, in their order", () => {
  const batch = batchOf(["a", '\x10{"ack":1}', "\x10\x10b", "\x10", "c", "d"]);
  assertEquals(divided(batch), ["a", '[{"ack":1}]', "\x10b", "[]", "c", "d"]);
  assertEquals(divided(Batch.of('\x10{"ack":1}')), ['[{"ack":1}]']);
});

Deno.test("divide() hands on nothing more when that is over", () => {
  assertEquals(divided(batchOf(["a", "\x10x", "b"]), 1), ["a"]);
  assertEquals(divided(batchOf(["a", "\x10x", "b"]), 2), ["a", "[x]"]);
});
