import { UsageError } from "../base/errors.ts";
import type { closest } from "./closest.ts";

/** What was said and is no name, and the names that there are. */
export interface UnknownName {
  readonly said: string;
  readonly known: readonly string[];
  /** What stands before names where they are said. */
  readonly prefix?: string;
}

/** A name that there is not. Which was meant is found out where it is told, and not in vain. */
export class UnknownNameError extends UsageError {
  readonly #what: string;
  readonly #expected: string;
  readonly #name: UnknownName;

  /**
   * @param what What was tried, with the name.
   * @param expected What may follow a hint.
   */
  constructor(what: string, expected: string, name: UnknownName) {
    super(what + expected, 2);
    this.#what = what;
    this.#expected = expected;
    this.#name = name;
  }

  /** The same mistake, with a hint at the name that was probably meant. */
  hinted(hint: typeof closest): UsageError {
    const { said, known, prefix } = this.#name;
    return new UsageError(this.#what + hint(said, known, prefix) + this.#expected, this.exitCode);
  }
}
