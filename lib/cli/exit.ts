import { BusError, ListenError, UsageError } from "../base/errors.ts";
import { oneLine } from "../base/one_line.ts";
import { NAME } from "../base/version.ts";
import { StartEnded } from "./unless_ended.ts";
import { MistakesError } from "./mistakes_error.ts";
import { USAGE } from "./usage.ts";

/** The end of a failed start, and what a person sees of it. */
export interface Exit {
  readonly code: number;
  /** For standard error. */
  readonly stderr?: string;
  /** For the log, at level fatal. */
  readonly fatal?: string;
}

/** The end that an error at the start means. What is no mistake of the user's is thrown on. */
export function exitOf(error: unknown): Exit {
  // Who has ended it knows.
  if (error instanceof StartEnded) return { code: 0 };
  if (error instanceof UsageError && error.exitCode === 4) {
    return { code: 4, fatal: `Can't start server: ${error.message}` };
  }
  if (error instanceof MistakesError) {
    const lines = error.mistakes.map((mistake) => `${NAME}: ${oneLine(mistake)}\n`);
    return { code: error.exitCode, stderr: lines.join("") };
  }
  if (error instanceof Deno.errors.NotCapable) {
    const hint = `${NAME} --check prints all that it needs`;
    const { message } = error;
    return {
      code: 1,
      stderr: `${NAME}: Deno does not allow it: ${oneLine(message)} (${hint})\n`,
    };
  }
  if (error instanceof UsageError) {
    return { code: error.exitCode, stderr: `${NAME}: ${oneLine(error.message)}\n${USAGE}` };
  }
  if (error instanceof ListenError || error instanceof BusError) {
    return { code: 3, fatal: `Can't start server: ${error.message}` };
  }
  throw error;
}
