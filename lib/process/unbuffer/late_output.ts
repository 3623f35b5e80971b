import type { Log } from "../../base/log.ts";
import { isShell } from "../runners.ts";
import { Lateness } from "./lateness.ts";
import { type Interpreter, runBy, type RunByOptions } from "./run_by.ts";
import type { Unbuffer } from "./unbuffer.ts";

/** A process whose output may come late. */
export interface LateProcess extends RunByOptions {
  readonly program: string;
  readonly log: Log;
}

// They read all of their input before they say anything.
const AT_END =
  /^(?:sort|tac|tail|wc|shuf|tsort|column|sum|cksum|b2sum|md5sum|sha\d+sum|base64|gpg|xz|gzip|bzip2|zstd)$/;

/** Tells the log of a route, once, that output comes late, and what to do about it. */
export class LateOutput {
  readonly #policy: Unbuffer;
  readonly #now: (() => number) | undefined;
  #told = false;

  /** @param now Milliseconds on a clock that never goes back. */
  constructor(policy: Unbuffer, now?: () => number) {
    this.#policy = policy;
    this.#now = now;
  }

  /** Watches a process; undefined where the log knows already. */
  watch(process: LateProcess): Lateness | undefined {
    if (this.#told) return undefined;
    const { program, log } = process;
    return new Lateness({
      ...(this.#now && { now: this.#now }),
      answersAtEnd: AT_END.test(nameOf(program)),
      found: (finding) => {
        if (this.#told) return;
        this.#told = true;
        const interpreter = runBy(program, process);
        log.info(
          "process",
          `Output of ${nameOf(program)} comes late: ${finding}; if it was meant to come before: ${
            remedyFor(interpreter, this.#policy)
          }`,
        );
      },
    });
  }
}

function nameOf(program: string): string {
  return program.split("/").at(-1) ?? program;
}

/** The ways out for a program; what the server can do for it is the last. */
function remedyFor({ name, habit }: Interpreter, policy: Unbuffer): string {
  const own = habit?.remedy ??
    (isShell(name)
      ? "in the program that it starts, as by python3 -u, stdbuf -oL or fflush(stdout)"
      : "fflush(stdout), or as the program has it for its language");
  const server = policy === "off" && habit?.buffer !== "own"
    ? "unbuffer=auto"
    : policy === "pty"
    ? undefined
    : "unbuffer=pty";
  return server === undefined ? own : `${own}, or ${server}`;
}
