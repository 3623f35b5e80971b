import { resolve } from "node:path";
import { messageOf } from "../base/errors.ts";
import type { Restraint } from "./restraint.ts";
import { envWord, isEnv, type Shebang, shebangOf } from "./shebang.ts";
import { which } from "./which.ts";

/** Options of {@linkcode scriptFault}: what the script will have. */
export interface ScriptFaultOptions {
  /** The folder that it will run in; default: the server's. */
  readonly cwd?: string | undefined;
  /** The PATH that it will have; undefined where it has none. */
  readonly path: string | undefined;
  /** How it is held to its limits; default: it has none. */
  readonly restraint?: Restraint | undefined;
}

// Of these it is known that they take a Windows line end for a part of their option; Perl does not.
const STRICT = /(?:sh|python[\d.]*|node|deno|ruby|awk)$/;

// What is looked through by a program that has no PATH (glibc, confstr).
const WITHOUT_PATH = "/bin:/usr/bin";

/**
 * Finds out why a script cannot run, from its first line, which begins with `#!` (execve(2)).
 *
 * @param faultOf Finds out the same of its interpreter.
 * @returns undefined where it can, or where that cannot be seen from here.
 */
export function scriptFault(
  head: Uint8Array,
  options: ScriptFaultOptions,
  faultOf: (interpreter: string) => string | undefined,
): string | undefined {
  const shebang = shebangOf(head);
  // Then it is for `sh`.
  if (!shebang) return undefined;
  const { line, interpreter, argument } = shebang;
  if (
    line.endsWith("\r") && (argument === "" || isEnv(shebang) || STRICT.test(interpreter))
  ) {
    return "it has a Windows line end after its first line";
  }
  const path = options.cwd === undefined ? interpreter : resolve(options.cwd, interpreter);
  const fault = lookAt(path, interpreter) ?? faultOf(path);
  if (fault !== undefined || !isEnv(shebang)) return fault;
  return envFault(shebang, options, faultOf);
}

/** Tells what is wrong with an interpreter that is named by its path. */
function lookAt(path: string, said: string): string | undefined {
  try {
    const { isFile, isDirectory, mode } = Deno.statSync(path);
    if (isDirectory) return `its interpreter "${said}" is a folder`;
    if (!isFile) return `its interpreter "${said}" is not a file`;
    return ((mode ?? 0) & 0o111) === 0 ? `its interpreter "${said}" is not executable` : undefined;
  } catch (error) {
    return error instanceof Deno.errors.NotFound
      ? `its interpreter "${said}" is missing`
      : undefined;
  }
}

/** Tells what is wrong with an interpreter that `env` looks for. */
function envFault(
  shebang: Shebang,
  { path = WITHOUT_PATH }: ScriptFaultOptions,
  faultOf: (interpreter: string) => string | undefined,
): string | undefined {
  const word = envWord(shebang);
  if (word === undefined) return undefined;
  try {
    return faultOf(which(word, { path, os: Deno.build.os }));
  } catch (error) {
    // Where it may not be looked for, it may be there.
    const [, why] = /: it (is not (?:in PATH|executable))/.exec(messageOf(error)) ?? [];
    const hint = /[ \t]/.test(word) ? ` (did you mean: #!/usr/bin/env -S ${word})` : "";
    return why && `its interpreter "${word}" ${why}${hint}`;
  }
}
