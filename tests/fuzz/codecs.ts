import { assertEquals } from "@std/assert";
import { Batch } from "../../lib/base/batch.ts";
import { CodecError } from "../../lib/base/errors.ts";
import { CODECS, type Framing, FRAMINGS } from "../../lib/codec/codecs.ts";
import { bytesOf } from "../codec/decoding.ts";
import { joined } from "../support/bytes.ts";
import { chunksOf, mutate } from "../support/mutate.ts";
import { bytesFrom, numbers, oneOf, type Random } from "../support/numbers.ts";

/** Parts of what programs write, by the framing that has them. */
const WORDS: Partial<Record<Framing, readonly string[]>> = {
  lines: ["\r\n", "\n", "\r", "\0", "é"],
  streams: ["\r\n", "\n", "\r", '"', "\\u0000"],
  nul: ["\0", "\n"],
  "content-length": [
    "Content-Length: ",
    "content-length:3\r\n\r\nabc",
    "X: y\r\n",
    "\r\n\r\n",
    "\r\n",
    "\n",
    "16777217",
    "-1",
    "1e3",
    "0x1",
    " ",
  ],
  json: [
    '"',
    "\\",
    "\\u12",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "null",
    "true",
    "-1.5e3",
    " ",
    "\n",
    "é",
  ],
};

/** JSON values. */
const VALUES = [
  '{"a":[1,2,{"b":"\\"}"}]}',
  "[]",
  "0",
  '"é\\n"',
  "null true",
  "[\n 1,\n 2\n]",
  "-1e5",
];

/**
 * Reads an output of a program, mostly a broken one, by each codec, cut twice at random.
 *
 * @throws {Error} If it finds something else where it is cut otherwise, or fails but with a `CodecError`.
 */
export function fuzzCodecs(seed: number): void {
  const random = numbers(seed);
  const framing = oneOf(random, FRAMINGS);
  const whole = outputOf(framing, random);
  const output = random(4) === 0 ? whole : mutate(whole, random, WORDS[framing]);
  for (const stream of ["stdout", "stderr"] as const) {
    const expected = found(framing, stream, [output]);
    for (const part of ["in chunks", "in others"]) {
      assertEquals(
        found(framing, stream, chunksOf(output, random)),
        expected,
        `${framing} ${part}`,
      );
    }
  }
}

function outputOf(framing: Framing, random: Random): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let count = random(8); count > 0; count--) {
    if (framing === "json") {
      parts.push(bytesOf(oneOf(random, VALUES) + oneOf(random, [" ", "\n", ""])));
      continue;
    }
    const { takes } = CODECS[framing];
    const bytes = bytesFrom(random, random(30));
    const message = takes === "text" ? oneOf(random, ["", "a", "é😀", "x".repeat(70)]) : bytes;
    parts.push(bytesOf(CODECS[framing].encode(Batch.of(message))));
  }
  return joined(parts);
}

/** The messages and the mistake at which they end; of binary output, which has none, all bytes. */
function found(
  framing: Framing,
  stream: "stdout" | "stderr",
  chunks: readonly Uint8Array[],
): string[] {
  const messages: string[] = [];
  const decoder = CODECS[framing].decoder(stream, (batch) => {
    for (let index = 0; index < batch.size; index++) {
      messages.push(`${batch.binary} ${batch.bytesAt(index).toHex()}`);
    }
  });
  if (!decoder) return [];
  let count = 0;
  try {
    for (const chunk of chunks) {
      // It may be written to, and is not to be kept.
      const lent = chunk.slice();
      count += decoder.push(lent);
      lent.fill(0x2a);
      assertEquals(count, messages.length, `${framing}: push() counts its messages`);
    }
    decoder.end();
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    messages.push(`error ${error.code} ${error.message}`);
  }
  return framing === "binary" ? [messages.join("").replaceAll("true ", "")] : messages;
}
