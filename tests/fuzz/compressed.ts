import { assertEquals } from "@std/assert";
import { constants, deflateRawSync } from "node:zlib";
import { Inflater } from "../../lib/connection/transport/deflate/inflater.ts";
import { clientFrame, joined, read } from "../connection/transport/client_frames.ts";
import { chunksOf, mutate } from "../support/mutate.ts";
import { bytesFrom, numbers, oneOf, type Random } from "../support/numbers.ts";

const { Z_SYNC_FLUSH, Z_FINISH } = constants;

/**
 * Reads a stream of compressed messages, mostly a broken one, each time cut somewhere else.
 *
 * @throws {Error} If not the same is found each time, or if it fails in another way than by a close code.
 */
export function fuzzCompressed(seed: number): void {
  const random = numbers(seed);
  const { whole, found } = stream(random);
  const isWhole = random(4) === 0;
  const sent = isWhole ? whole : mutate(whole, random);
  const limit = oneOf(random, [0, 10, 100, 1_000]);
  const clientContext = random(2) === 1;
  const inflater = () => Inflater.of({ clientBits: 15, clientContext });
  const first = read([sent], limit, undefined, inflater());
  if (isWhole && limit === 0) assertEquals(first, found, `seed ${seed}`);
  const others = read(chunksOf(sent, random), limit, undefined, inflater());
  assertEquals(others, first, `seed ${seed}, in chunks`);
}

/** Messages, of which most are compressed, in any frames; and what is to be found in them. */
function stream(random: Random): { whole: Uint8Array; found: string[] } {
  const frames: Uint8Array[] = [];
  const found: string[] = [];
  for (let count = 1 + random(5); count > 0; count--) {
    const message = random(2)
      ? bytesFrom(random, random(50))
      : new Uint8Array(random(oneOf(random, [5, 500, 500, 3_000]))).fill(97);
    const isCompressed = random(4) > 0;
    const payload = isCompressed ? deflated(message, random) : message;
    const cut = random(3) ? payload.length : random(payload.length + 1);
    const first = (isCompressed ? 0x40 : 0) | 2;
    if (cut === payload.length) frames.push(clientFrame(0x80 | first, payload));
    else {
      frames.push(clientFrame(first, payload.subarray(0, cut)));
      frames.push(clientFrame(0x80, payload.subarray(cut)));
    }
    found.push(
      `binary ${message.length > 40 ? `${message.length} bytes` : message.toHex()}`,
    );
  }
  return { whole: joined(...frames), found };
}

function deflated(message: Uint8Array, random: Random): Uint8Array {
  const level = random(10);
  if (random(4) === 0) {
    // A block that says it is the last, and an empty one behind it.
    return joined(deflateRawSync(message, { level, finishFlush: Z_FINISH }), Uint8Array.of(0));
  }
  const bytes = deflateRawSync(message, { level, finishFlush: Z_SYNC_FLUSH });
  return new Uint8Array(bytes.subarray(0, -4));
}
