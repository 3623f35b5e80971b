import { CodecError } from "../base/errors.ts";
import type { Codec } from "../contract.ts";
import { Delimited } from "./delimited.ts";
import { withEnds } from "./with_ends.ts";

const RECORD = { byte: 0, return: false, what: "A record" } as const;

/** Each record of stdout that a NUL ends is a text message, as of `find -print0`; and the reverse. */
export const nul: Codec = {
  doc: "records that end with NUL",
  takes: "text",
  decoder: (stream, take) => stream === "stdout" ? new Delimited(RECORD, take) : undefined,
  encode(batch) {
    for (let index = 0; index < batch.size; index++) {
      if (batch.bytesAt(index).includes(0)) {
        throw new CodecError(1007, "A message with a NUL in it would be more than one");
      }
    }
    return withEnds(batch, 0);
  },
};
