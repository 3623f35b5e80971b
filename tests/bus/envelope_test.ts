import { assertEquals } from "@std/assert";
import { Batch } from "../../lib/base/batch.ts";
import {
  envelopeNumber,
  isId,
  MAX_ENVELOPE_MESSAGES,
  readEnvelope,
  writeEnvelope,
} from "../../lib/bus/envelope.ts";

const encoder = new TextEncoder();

/** Messages that lie apart in a buffer, as those of frames do. */
function apart(binary: boolean, ...messages: readonly string[]): Batch {
  const spans: number[] = [];
  let text = "";
  for (const message of messages) {
    text += "??";
    const start = encoder.encode(text).length;
    text += message;
    spans.push(start, encoder.encode(text).length);
  }
  return new Batch(binary, encoder.encode(`${text}?`), spans);
}

const plain = (payload: Uint8Array) => {
  const envelope = readEnvelope(payload);
  if (!envelope) return undefined;
  const { number, except, batch } = envelope;
  return [number, except && [...except], batch.binary, [...batch]];
};

const TABLE = [
  [Batch.of("hello"), undefined, ["hello"]],
  [Batch.of(""), ["a-1"], [""]],
  [Batch.of("grüße 😀"), ["a-1", "b:2.c_3"], ["grüße 😀"]],
  [apart(false, "one", "", "zwölf", ""), undefined, ["one", "", "zwölf", ""]],
  [
    apart(true, "one", "two"),
    ["x"],
    [Uint8Array.from([111, 110, 101]), Uint8Array.from([116, 119, 111])],
  ],
] as const;

for (const [batch, ids, messages] of TABLE) {
  Deno.test(`readEnvelope() reads what writeEnvelope() writes of ${JSON.stringify(messages)}`, () => {
    const except = ids && new Set<string>(ids);
    const payload = writeEnvelope({ number: 281_474_976_710_655, except, batch });
    assertEquals(plain(payload), [281_474_976_710_655, ids && [...ids], batch.binary, [
      ...messages,
    ]]);
    assertEquals(envelopeNumber(payload), 281_474_976_710_655);
  });
}

Deno.test("readEnvelope() reads one that lies in the middle of a buffer", () => {
  const payload = writeEnvelope({
    number: 7,
    except: new Set(["a"]),
    batch: apart(false, "x", "y"),
  });
  const buffer = new Uint8Array(payload.length + 20).fill(255);
  buffer.set(payload, 9);
  assertEquals(plain(buffer.subarray(9, 9 + payload.length)), [7, ["a"], false, ["x", "y"]]);
});

Deno.test("writeEnvelope() leaves out what can be nobody's id", () => {
  const except = new Set(["fine", "not one", "", "x".repeat(65), "ü"]);
  assertEquals(plain(writeEnvelope({ number: 1, except, batch: Batch.of("a") })), [
    1,
    ["fine"],
    false,
    ["a"],
  ]);
});

Deno.test("readEnvelope() refuses every cut of an envelope, and one that is longer", () => {
  const payload = writeEnvelope({
    number: 1,
    except: new Set(["ann", "bob"]),
    batch: apart(false, "one", "two"),
  });
  for (let length = 0; length < payload.length; length++) {
    assertEquals(readEnvelope(payload.subarray(0, length)), undefined, `${length} bytes`);
  }
  assertEquals(readEnvelope(Uint8Array.of(...payload, 0)), undefined);
});

/** An envelope with some bytes changed. */
function changed(at: number, ...bytes: number[]): Uint8Array {
  const payload = writeEnvelope({
    number: 1,
    except: new Set(["a"]),
    batch: apart(false, "ä", "b"),
  });
  payload.set(bytes, at);
  return payload;
}

const FOREIGN = [
  ["another kind", changed(0, 3)],
  ["no messages", changed(9, 0, 0, 0, 0)],
  ["more messages than are there", changed(9, 0, 0, 0, 3)],
  ["very many messages", changed(9, 255, 255, 255, 255)],
  ["more ids than are there", changed(7, 255, 255)],
  ["an id that is empty", changed(13, 0)],
  ["an id that is none", changed(14, 32)],
  ["an end before its beginning", changed(15, 0, 0, 0, 9)],
  ["a message that ends in a character", changed(15, 0, 0, 0, 1)],
  ["text that is not UTF-8", changed(23, 0xff)],
  ["a byte that goes on with nothing", changed(25, 0x80)],
  ["text of somebody else", encoder.encode('{"type":"message","data":"hello"}')],
] as const;

for (const [what, payload] of FOREIGN) {
  Deno.test(`readEnvelope() refuses ${what}`, () => {
    assertEquals(readEnvelope(payload), undefined);
  });
}

Deno.test("readEnvelope() refuses more messages than one may have, also empty ones", () => {
  const many = (count: number) =>
    writeEnvelope({
      number: 1,
      except: undefined,
      batch: new Batch(true, new Uint8Array(), new Array(2 * count).fill(0)),
    });
  assertEquals(readEnvelope(many(MAX_ENVELOPE_MESSAGES))?.batch.size, MAX_ENVELOPE_MESSAGES);
  assertEquals(readEnvelope(many(MAX_ENVELOPE_MESSAGES + 1)), undefined);
});

Deno.test("readEnvelope() takes random bytes, and changes of what is right, without throwing", () => {
  const right = writeEnvelope({ number: 1, except: new Set(["a"]), batch: apart(false, "ä", "b") });
  let read = 0;
  for (let round = 0; round < 20_000; round++) {
    const payload = right.slice();
    for (let times = round % 4; times >= 0; times--) {
      payload[Math.floor(Math.random() * payload.length)] = Math.floor(Math.random() * 256);
    }
    const envelope = readEnvelope(payload);
    if (envelope) read += envelope.batch.messages.length;
  }
  assertEquals(read > 0, true);
});

Deno.test("isId() is true of ids of connections alone", () => {
  assertEquals(["a", "x1-2_3.4:5", "", "a b", 1, null].map(isId), [
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});
