import { Batch } from "../base/batch.ts";
import type { Codec } from "../contract.ts";
import { put } from "../base/put.ts";

/** Makes a binary message of what was written to stdout at once, up to 64 KiB; bytes of clients follow each other. */
export const binary: Codec = {
  doc: "bytes as they come",
  takes: "binary",
  chunks: true,
  decoder(stream, take) {
    if (stream === "stderr") return undefined;
    return {
      push(chunk) {
        take(new Batch(true, chunk, [0, chunk.length]));
        return 1;
      },
      end() {},
    };
  },
  encode(batch) {
    const { bytes, spans } = batch;
    const joined = new Uint8Array(batch.length);
    let to = 0;
    for (let at = 0; at < spans.length; at += 2) {
      to = put(joined, to, bytes, spans[at] as number, spans[at + 1] as number);
    }
    return joined;
  },
};
