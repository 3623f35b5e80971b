import { UsageError } from "../../base/errors.ts";
import { isRunner, isShell } from "../runners.ts";
import { runBy, type RunByOptions } from "./run_by.ts";
import { canLoad, findStdbuf, type Stdbuf, stdbufVariables } from "./stdbuf.ts";
import type { Unbuffer } from "./unbuffer.ts";

type Variables = Readonly<Record<string, string>>;

/** A program that is about to be started. */
export interface EarlyProgram extends RunByOptions {
  readonly program: string;
  readonly args: readonly string[];
}

const NONE: Variables = {};

/** Variables of languages; those of the C library depend on the system. */
const PYTHON: Variables = { PYTHONUNBUFFERED: "1" };
// Behind a `use` that asks for any Perl 5, and so does nothing, the statement itself.
const PERL: Variables = { PERL5OPT: "-M5;$|=1" };

// What is there of a program is looked at again after so many ms: files change.
const FRESH = 1_000;

/** Finds the variables that make programs write at once. */
export class EarlyVariables {
  readonly #policy: Unbuffer;
  readonly #stdbuf: Stdbuf | undefined;
  readonly #known = new Map<string, Variables>();
  #since = 0;

  /** @throws {UsageError} If all of them are asked for, and this system does not have all. */
  constructor(policy: Unbuffer) {
    this.#policy = policy;
    const found = policy === "off" ? "" : findStdbuf();
    if (policy === "on" && typeof found === "string") {
      throw new UsageError(`Cannot run programs with unbuffer=on: ${found}`);
    }
    this.#stdbuf = typeof found === "string" ? undefined : found;
  }

  /** The variables for a program. */
  of(job: EarlyProgram): Variables {
    if (this.#policy === "off") return NONE;
    if (this.#policy === "on") return this.#all;
    const key = `${job.program}\0${job.args.length > 0}`;
    if (performance.now() - this.#since > FRESH) {
      this.#known.clear();
      this.#since = performance.now();
    }
    const found = this.#known.get(key) ?? this.#find(job);
    this.#known.set(key, found);
    return found;
  }

  get #all(): Variables {
    return { ...PYTHON, ...PERL, ...(this.#stdbuf ? stdbufVariables(this.#stdbuf) : NONE) };
  }

  #find({ program, args, ...options }: EarlyProgram): Variables {
    const { path, name, habit, isOther } = runBy(program, options);
    switch (habit?.buffer) {
      case "python":
        return PYTHON;
      case "perl":
        return PERL;
      case "own":
        return NONE;
      case undefined:
        // Who knows what they start. By itself, `env` shows what a program gets.
        if (isShell(name)) return this.#all;
        if (isRunner(name)) return args.length > 0 || isOther ? this.#all : NONE;
    }
    const stdbuf = this.#stdbuf;
    return stdbuf && path !== undefined && canLoad(stdbuf, path) ? stdbufVariables(stdbuf) : NONE;
  }
}
