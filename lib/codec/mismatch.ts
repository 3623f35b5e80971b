import { isUtf8 } from "node:buffer";
import { Batch } from "../base/batch.ts";
import { CodecError } from "../base/errors.ts";
import type { Codec } from "../contract.ts";

/**
 * The policy for a client's messages of the kind that a program does not take:
 *
 * - `convert`: text is its bytes in UTF-8, and bytes that are UTF-8 are text; others close with 1007;
 * - `ignore`: they are counted, and the log tells of the first;
 * - `close`: the first closes with 1003.
 */
export type Mismatch = "convert" | "ignore" | "close";

/** All of {@linkcode Mismatch}. */
export const MISMATCHES = ["convert", "ignore", "close"] as const satisfies readonly Mismatch[];

/** The same codec for messages of both kinds. */
export function converting(codec: Codec): Codec {
  const { takes } = codec;
  if (takes === "both") return codec;
  return { ...codec, takes: "both", encode: (batch) => codec.encode(converted(batch, takes)) };
}

/**
 * The same messages as ones of a kind; their bytes stay where they are.
 *
 * @throws {CodecError} If they are to be text, and one is not UTF-8 (1007).
 */
export function converted(batch: Batch, kind: "text" | "binary"): Batch {
  if (batch.binary === (kind === "binary")) return batch;
  if (kind === "text") expectUtf8(batch);
  return new Batch(kind === "binary", batch.bytes, batch.spans);
}

function expectUtf8(batch: Batch): void {
  for (let index = 0; index < batch.size; index++) {
    if (isUtf8(batch.bytesAt(index))) continue;
    throw new CodecError(1007, "A binary message is not UTF-8, and only text is taken here");
  }
}
