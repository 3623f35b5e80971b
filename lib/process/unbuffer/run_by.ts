import { basename, resolve } from "node:path";
import { headOf, isScript } from "../program_head.ts";
import { envWord, isEnv, shebangOf } from "../shebang.ts";
import { which } from "../which.ts";
import { type Habit, habitOf } from "./habits.ts";

/** Options of {@linkcode runBy}: what the program will have. */
export interface RunByOptions {
  /** The folder that it will run in; default: the server's. */
  readonly cwd?: string | undefined;
  /** The PATH that it will have; undefined where it has none. */
  readonly path: string | undefined;
}

/** The program that runs another one. */
export interface Interpreter {
  /** Undefined where it cannot be told. */
  readonly path: string | undefined;
  readonly name: string;
  readonly habit: Habit | undefined;
  /** Whether that is another one than was named. */
  readonly isOther: boolean;
}

// As many scripts that name scripts as the kernel follows.
const DEEPEST = 5;

/**
 * The program that runs a file: itself, or of a script what its first line names. A name that is known is not looked
 * behind, as `python3` that is a script which chooses one.
 */
export function runBy(program: string, options: RunByOptions, depth = 0): Interpreter {
  const name = basename(program);
  const habit = habitOf(name);
  const isOther = depth > 0;
  const head = habit || depth === DEEPEST ? undefined : headOf(program, 256);
  if (!head || !isScript(head)) return { path: program, name, habit, isOther };
  const path = interpreterOf(head, options);
  if (path === undefined) return { path, name: "", habit, isOther: true };
  return runBy(path, options, depth + 1);
}

/** The path of what the first line of a script names. */
function interpreterOf(head: Uint8Array, { cwd, path }: RunByOptions): string | undefined {
  const shebang = shebangOf(head);
  if (!shebang) return undefined;
  if (!isEnv(shebang)) return resolve(cwd ?? ".", shebang.interpreter);
  const word = envWord(shebang);
  try {
    return word === undefined ? undefined : which(word, { path, os: Deno.build.os });
  } catch {
    // It will not run either.
    return undefined;
  }
}
