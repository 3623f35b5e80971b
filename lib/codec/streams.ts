import type { Codec } from "../contract.ts";
import { Delimited, LINE } from "./delimited.ts";
import { lines } from "./lines.ts";
import { batchOf } from "./texts.ts";

/** Lines of stdout and stderr are text messages as `{"stream":"stdout","data":"…"}`; each message is a line. */
export const streams: Codec = {
  doc: "lines of stdout and stderr as JSON",
  takes: lines.takes,
  decoder: (stream, take) =>
    new Delimited(LINE, (batch) => {
      const texts: string[] = [];
      for (const data of batch) texts.push(JSON.stringify({ stream, data }));
      take(batchOf(texts));
    }),
  encode: lines.encode,
};
