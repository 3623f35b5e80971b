import { Buffer } from "node:buffer";
import { assertEquals } from "@std/assert";
// @ts-types="../../lib/base/ws.d.ts"
import { Receiver } from "ws";
import { FrameError } from "../../lib/connection/transport/frame_error.ts";
import { FrameReader } from "../../lib/connection/transport/frame_reader.ts";
import { clientFrame, joined } from "../connection/transport/client_frames.ts";
import { conversation } from "../connection/transport/conversation.ts";
import { chunksOf, mutate } from "../support/mutate.ts";
import { bytesFrom, numbers, oneOf, type Random } from "../support/numbers.ts";

// What both are told where there is no limit: ours is what one buffer holds, and that of ws is 2^53.
const MOST = 2 ** 31 - 1;

/**
 * Reads a stream of a client, mostly a broken one, by the own reader and by that of ws, each cut somewhere else.
 *
 * @throws {Error} If they do not find the same: the same messages, pings, pongs, close code and reason, or
 * close code that the client gets.
 */
export function fuzzFrames(seed: number): void {
  const random = numbers(seed);
  const sent = stream(random);
  const limit = oneOf(random, [0, 1, 10, 100, 125, 126, 1000, 65_536]);
  const expected = judge(chunksOf(sent, random), limit);
  assertEquals(read([sent], limit), expected, `seed ${seed}, in one chunk`);
  assertEquals(read(chunksOf(sent, random), limit), expected, `seed ${seed}, in chunks`);
}

/** Frames of a client with a close frame in some, of which most are broken somewhere. */
function stream(random: Random): Uint8Array {
  const { sent } = conversation(random);
  const parts = [sent];
  if (random(3) === 0) {
    const code = oneOf(random, [1000, 1001, 1004, 1005, 1006, 1014, 1015, 2999, 3000, 4999, 5000]);
    parts.push(
      clientFrame(0x88, Uint8Array.of(code >> 8, code & 255, ...bytesFrom(random, random(4)))),
    );
  }
  // A frame of any kind, and what follows it.
  if (random(4) === 0) parts.push(clientFrame(random(256), bytesFrom(random, random(140))), sent);
  const whole = joined(...parts);
  return random(8) === 0 ? whole : mutate(whole, random);
}

function read(chunks: readonly Uint8Array[], limit: number): string[] {
  const found: string[] = [];
  let asked = 0;
  let failed = false;
  const reader = new FrameReader({
    messages(batch) {
      for (let index = 0; index < batch.size; index++) {
        found.push(`${batch.binary ? "binary" : "text"} ${batch.bytesAt(index).toHex()}`);
      }
    },
    ping: (payload) => found.push(`ping ${payload.toHex()}`),
    pong: () => found.push("pong"),
    failed(error) {
      failed = true;
      if (!(error instanceof FrameError)) throw error;
      found.push(`error ${error.code}`);
    },
    close: (code, reason) => failed || found.push(`close ${code} ${reason}`),
    isFull: () => asked++ % 3 === 0,
  }, limit);
  for (const chunk of chunks) {
    // It takes the memory of a chunk.
    for (let left = chunk.slice(); left.length > 0;) left = left.subarray(reader.push(left));
  }
  return found;
}

function judge(chunks: readonly Uint8Array[], limit: number): string[] {
  const found: string[] = [];
  const receiver = new Receiver({ isServer: true, maxPayload: limit || MOST });
  receiver.on("message", (data, binary) => {
    found.push(`${binary ? "binary" : "text"} ${data.toString("hex")}`);
  });
  receiver.on("ping", (data) => found.push(`ping ${data.toString("hex")}`));
  // The payload of a pong is nothing to us.
  receiver.on("pong", () => found.push("pong"));
  receiver.on("conclude", (code, reason) => found.push(`close ${code} ${reason}`));
  let over = false;
  for (const chunk of chunks) {
    if (over) break;
    // Not by `write`, which tells of an error only in the next turn.
    receiver._write(Buffer.from(chunk), "buffer", (error) => {
      if (!error) return;
      over = true;
      const [code] = Object.getOwnPropertySymbols(error);
      found.push(`error ${Reflect.get(error, code ?? "")}`);
    });
  }
  return found;
}
