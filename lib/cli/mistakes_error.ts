import { UsageError } from "../base/errors.ts";

/** Several mistakes in one file. */
export class MistakesError extends UsageError {
  /** A line for each. */
  readonly mistakes: readonly string[];

  /** @param mistakes A line for each. */
  constructor(mistakes: readonly string[]) {
    super(mistakes.join("; "));
    this.mistakes = mistakes;
  }
}
