import type { Log } from "../../base/log.ts";
import { Delimited, LINE } from "../../codec/delimited.ts";
import type { Decoder } from "../../contract.ts";
import { shorten } from "./command.ts";

/** Says in the log of a process what is wrong with a line of it; level `error` where nobody says another. */
export type Complain = (what: string, level?: "error" | "debug") => void;

/** Has a process order what is to be done, a line at a time; of each, the log can say which it was. */
export function linesOf(log: Log, obey: (line: string, complain: Complain) => void): Decoder {
  let number = 0;
  return new Delimited(LINE, (batch) => {
    for (const message of batch) {
      const line = message as string;
      const at = ++number;
      obey(line, (what, level = "error") => {
        log.write(level, "process", `Line ${at}: ${what}: ${shorten(line)}`);
      });
    }
  });
}
