import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { Batch } from "../../../../lib/base/batch.ts";
import type { Compression } from "../../../../lib/connection/transport/deflate/compression.ts";
import { Compressor } from "../../../../lib/connection/transport/deflate/compressor.ts";
import { bytesFrom, numbers, oneOf, type Random } from "../../../support/numbers.ts";
import { bytesOf, joined } from "../client_frames.ts";
import { framesIn, inflated, messageIn } from "./server_frames.ts";

/** Terms of a connection, as far as they are about what is sent to the client. */
function terms(serverBits: number, serverContext = false, least = 1): Compression {
  return {
    answer: "",
    least,
    serverBits,
    serverContext,
    clientBits: 15,
    clientContext: false,
  };
}

/** A batch of messages that lie in one buffer, with something between them. */
function batchOf(binary: boolean, messages: readonly Uint8Array[]): Batch {
  const spans: number[] = [];
  let at = 1;
  for (const { length } of messages) {
    spans.push(at, at + length);
    at += length + 1;
  }
  const gap = Uint8Array.of(10);
  return new Batch(binary, joined(...messages.flatMap((it) => [gap, it])), spans);
}

const LOREM = bytesOf("Lorem ipsum dolor sit amet, ipsum dolor sit amet, sit amet. ");

/** A message: text-like, of one byte, of any bytes; of none, of a few, of many. */
function messageFrom(random: Random): Uint8Array {
  const length = random(oneOf(random, [1, 5, 300, 300, 3_000, 70_000]));
  const kind = random(4);
  if (kind === 0) return bytesFrom(random, length);
  if (kind === 1) return new Uint8Array(length).fill(random(256));
  const start = random(LOREM.length);
  return Uint8Array.from({ length }, (_, index) => {
    return random(20) === 0 ? 65 + random(26) : LOREM[(start + index) % LOREM.length] as number;
  });
}

const messagesFrom = (random: Random) =>
  Array.from({ length: 1 + random(5) }, () => messageFrom(random));

Deno.test("Compressor makes frames that each can be inflated alone", () => {
  for (let seed = 0; seed < 300; seed++) {
    const random = numbers(seed);
    const bits = 9 + random(7);
    const least = oneOf(random, [0, 1, 100, 1_000]);
    const compressor = Compressor.of(terms(bits, false, least));
    const binary = random(2) === 1;
    const messages = messagesFrom(random);
    const frames = framesIn(compressor.frames(batchOf(binary, messages)));
    assertEquals(frames.length, messages.length);
    for (const [index, message] of messages.entries()) {
      const frame = frames[index];
      assert(frame && frame.payload.length <= message.length, `seed ${seed}, longer`);
      assert(message.length >= least || !(frame.first & 0x40), `seed ${seed}, compressed`);
      assertEquals(frame.first & 0xbf, binary ? 0x82 : 0x81);
      assertEquals(messageIn(frame, bits), message, `seed ${seed}`);
    }
  }
});

Deno.test("Compressor makes frames that refer to those before them, of several clients in turn", () => {
  for (let seed = 0; seed < 40; seed++) {
    const random = numbers(seed);
    const clients = Array.from({ length: 3 }, () => {
      const bits = oneOf(random, [9, 9, 11, 15]);
      const least = oneOf(random, [0, 50]);
      const compressor = Compressor.of(terms(bits, true, least));
      const [sent, got]: [Uint8Array[], Uint8Array[]] = [[], []];
      return { bits, least, compressor, sent, got };
    });
    for (let turn = 0; turn < 12; turn++) {
      const { compressor, least, sent, got } = oneOf(random, clients);
      const messages = messagesFrom(random);
      const frames = framesIn(compressor.frames(batchOf(false, messages)));
      assertEquals(frames.length, messages.length);
      for (const [index, message] of messages.entries()) {
        const { first, payload } = frames[index] as (typeof frames)[number];
        // One that is not compressed is in nobody's window.
        if (message.length < Math.max(1, least)) assertEquals([first, payload], [0x81, message]);
        else {
          assertEquals(first, 0xc1);
          sent.push(message);
          got.push(payload);
        }
      }
      // Somebody else without any.
      if (random(3) === 0) Compressor.of(terms(9)).frames(batchOf(true, messages));
    }
    for (const { bits, sent, got } of clients) {
      assertEquals(inflated(got, bits), joined(...sent), `seed ${seed}`);
    }
  }
});

Deno.test("Compressor says what was said before in a few bytes, to each client its own", () => {
  const clients = ["a", "b"].map((name) => {
    const message = bytesOf(name.repeat(2) + crypto.randomUUID() + crypto.randomUUID());
    return { message, compressor: Compressor.of(terms(10, true)) };
  });
  for (const turn of [0, 1, 2]) {
    for (const { compressor, message } of clients) {
      const size = compressor.frames(batchOf(false, [message])).length;
      assert(turn === 0 ? size > 50 : size < 12, `${size} bytes`);
    }
  }
});

Deno.test("Compressor makes the frames of a batch once for all who have the same terms", () => {
  const batch = batchOf(false, [new Uint8Array(500).fill(65)]);
  const frames = Compressor.of(terms(15)).frames(batch);
  assertEquals(framesIn(frames)[0]?.first, 0xc1);
  assertStrictEquals(Compressor.of(terms(15)).frames(batch), frames);
  assert(Compressor.of(terms(14)).frames(batch) !== frames);
  assert(Compressor.of(terms(15, false, 1_000)).frames(batch) !== frames);
  // Nor is it for those who have none.
  assertEquals(framesIn(batch.frames)[0]?.first, 0x81);
});

const PLAIN: [what: string, batch: () => Batch, least: number][] = [
  ["nothing long enough", () => batchOf(false, [LOREM, LOREM]), LOREM.length + 1],
  ["nothing but empty messages", () => batchOf(false, [new Uint8Array(), new Uint8Array()]), 0],
  ["nothing that gets shorter", () => batchOf(true, [bytesFrom(numbers(1), 500)]), 0],
  ["a string that is short", () => Batch.of("hello"), 6],
];
for (const [what, batchFrom, least] of PLAIN) {
  Deno.test(`Compressor leaves the frames of a batch as they are where there is ${what}`, () => {
    const batch = batchFrom();
    const frames = Compressor.of(terms(15, false, least)).frames(batch);
    assertStrictEquals(frames, batch.frames);
    assertEquals(framesIn(frames).every(({ first }) => (first & 0x40) === 0), true);
  });
}

Deno.test("Compressor compresses a string, by its bytes", () => {
  const text = "é😀".repeat(100);
  const [frame] = framesIn(Compressor.of(terms(15, false, 256)).frames(Batch.of(text)));
  assert(frame);
  assertEquals([frame.first, messageIn(frame)], [0xc1, bytesOf(text)]);
});

Deno.test("Compressor takes messages of many megabytes", () => {
  const random = numbers(7);
  const message = new Uint8Array(2_000_000).map((_, index) =>
    index % 1_000 < 500 ? random(256) : 7
  );
  for (const context of [false, true]) {
    const compressor = Compressor.of(terms(15, context));
    const [frame] = framesIn(compressor.frames(batchOf(true, [message])));
    assert(frame && frame.payload.length < 0.8 * message.length);
    assert(messageIn(frame).every((byte, index) => byte === message[index]));
  }
});
