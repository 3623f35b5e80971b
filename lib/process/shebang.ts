import { basename } from "node:path";

/** The first line of a script, which begins with `#!` (execve(2)). */
export interface Shebang {
  /** All of it behind that. */
  readonly line: string;
  /** The path of the interpreter. */
  readonly interpreter: string;
  /** The rest of the line, its first argument; empty where it has none. */
  readonly argument: string;
}

// Bytes of a first line that the kernel reads.
const LINE = 256;

/**
 * Reads the first line of a script.
 *
 * @returns undefined where it names no interpreter: then it is for `sh`.
 */
export function shebangOf(head: Uint8Array): Shebang | undefined {
  const line = new TextDecoder().decode(head.subarray(2, LINE)).split("\n", 1)[0] ?? "";
  const [, interpreter, argument = ""] = /^[ \t]*([^ \t]+)[ \t]*([^]*?)[ \t]*$/.exec(line) ?? [];
  return interpreter === undefined ? undefined : { line, interpreter, argument };
}

/** Whether the interpreter is `env`, which looks for another one. */
export function isEnv({ interpreter }: Shebang): boolean {
  return basename(interpreter) === "env";
}

/** The word by which `env` looks for the interpreter; undefined where its options can change everything. */
export function envWord({ argument }: Shebang): string | undefined {
  const [, split] = /^(?:-S|--split-string=)[ \t]*(.*)$/.exec(argument) ?? [];
  // All that follows is one word, unless env is told to split it.
  const word = split === undefined
    ? argument
    : split.split(/[ \t]+/).find((part) => !/^\w+=/.test(part)) ?? "";
  return word === "" || /^-|[=\\"'$]/.test(word) ? undefined : word;
}
