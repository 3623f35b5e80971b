import type { Codec } from "../contract.ts";
import { Delimited, LINE } from "./delimited.ts";
import { withEnds } from "./with_ends.ts";

/** Each line of stdout is a text message, `\n` and `\r\n` removed; each text message is a line. */
export const lines: Codec = {
  takes: "text",
  decoder: (stream, take) => stream === "stdout" ? new Delimited(LINE, take) : undefined,
  encode: (batch) => batch.text === undefined ? withEnds(batch, LINE.byte) : `${batch.text}\n`,
};
