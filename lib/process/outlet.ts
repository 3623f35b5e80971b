import type { Decoder, Gauge } from "../contract.ts";
import type { OutputWatch } from "./output.ts";
import type { Started } from "./runner.ts";
import { StderrLog } from "./stderr_log.ts";

// Of the shortest lines, no more than are logged in one turn of the event loop.
const STDERR_STRIDE = 128;

/** The destination of an output of a process. */
export interface Outlet {
  readonly decoder: Decoder;
  /** The reader that has to keep up; default: none. */
  readonly gauge?: Gauge | undefined;
  /** Bytes of the buffer that waits for it. */
  readonly smallest: number;
  /** Bytes after which to look whether it keeps up; default: all that was read at once. */
  readonly stride?: number | undefined;
  /** Whether what is there at once is handed on as one; default false. */
  readonly whole?: boolean | undefined;
  /** Looks at how it comes; default: nobody does. */
  readonly watch?: OutputWatch | undefined;
}

/** Writes each line of stderr into the log, as far as its rate allows. */
export function logOutlet({ log, stderrRate }: Started): Outlet {
  const decoder = new StderrLog(log, stderrRate);
  return { decoder, gauge: decoder, smallest: 128, stride: STDERR_STRIDE };
}
