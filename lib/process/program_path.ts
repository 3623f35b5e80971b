import { resolve } from "node:path";
import { messageOf, UsageError } from "../base/errors.ts";
import { quoteWord } from "../base/quote_word.ts";
import { defaultPassEnv } from "./environment.ts";
import { programFault } from "./program_fault.ts";
import { restraintOf, type RestraintOptions } from "./restraint.ts";
import { serverPath } from "./server_path.ts";
import { which, type WhichOptions } from "./which.ts";

/** Options of {@linkcode programPath}: what the program will have. */
export interface ProgramPathOptions extends RestraintOptions {
  /** The folder that it will run in, from which a relative path goes out; default: the server's. */
  readonly cwd?: string | undefined;
  /** Names of the server's variables that it inherits; default: what finds and runs programs. */
  readonly passEnv?: readonly string[] | undefined;
  /** Variables that it gets beside all others. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** The beginning of a command where one is said, such as `-- `; default: nothing. */
  readonly before?: string;
}

/**
 * The path of a program of this machine: by PATH, or, where it has a slash in it, as it is.
 *
 * @throws {UsageError} If there is no such executable, or the system could not run it.
 */
export function programPath(name: string, options: ProgramPathOptions = {}): string {
  const { os } = Deno.build;
  const { cwd, before = "" } = options;
  const pathExt = os === "windows" ? Deno.env.get("PATHEXT") : undefined;
  const named = cwd !== undefined && /[/\\]/.test(name) ? resolve(cwd, name) : name;
  const path = serverPath();
  const own = pathOf(options, path);
  const restraint = restraintOf(options);
  const key = JSON.stringify([named, path, cwd, own, restraint]);
  if (performance.now() - since > FRESH) {
    known.clear();
    since = performance.now();
  }
  const found = known.get(key);
  if (found !== undefined) return found;
  const looking = { path, os, ...(pathExt === undefined ? {} : { pathExt }) };
  expectSeveralWords(name, before, looking);
  const program = find(named, looking, options);
  const fault = programFault(program, { cwd, path: own, restraint });
  if (fault) throw new UsageError(`Cannot run "${name}": ${fault}`);
  known.set(key, program);
  return program;
}

/**
 * Finds a program by PATH, and says of one that is not there what has its name in its folder: that is no place where
 * it is looked for, which is not as everywhere.
 */
function find(name: string, looking: WhichOptions, options: ProgramPathOptions): string {
  const { cwd = ".", before = "" } = options;
  if (name === "") throw new UsageError(`Cannot run "": it has no name`);
  try {
    return which(name, looking);
  } catch (error) {
    if (!/: it is not in PATH/.test(messageOf(error))) throw error;
    const local = `./${name}`;
    let hint;
    try {
      which(resolve(cwd, local), looking);
      hint = ` (did you mean: ${before}${quoteWord(local)})`;
    } catch (reason) {
      const [, why] = /: it (is (?:a folder|not executable))$/.exec(messageOf(reason)) ?? [];
      if (why === undefined) throw error;
      hint = `, and ${local} ${why}`;
    }
    throw new UsageError(messageOf(error) + hint);
  }
}

/** The PATH that a program with such options gets. */
export function pathOf(
  { passEnv = defaultPassEnv(Deno.build.os), env }: ProgramPathOptions,
  path: string | undefined = serverPath(),
): string | undefined {
  return env?.PATH ?? (passEnv.includes("PATH") ? path : undefined);
}

/**
 * Tells a command that stands in one word, as `"ls -l"`, from a program whose name has a space in it.
 *
 * @throws {UsageError} If its first word is a program, or it is for a shell, and the whole is none.
 */
function expectSeveralWords(name: string, before: string, looking: WhichOptions): void {
  const [first = "", ...others] = name.trim().split(/\s+/);
  if (others.length === 0 || isProgram(name, looking)) return;
  // A shell would take that for itself, and the server for one of its programs.
  const isShells = /[|&;<>]/.test(name);
  if (!isProgram(isShells ? "sh" : first, looking)) return;
  const meant = isShells ? `sh -c ${quoteWord(name.trim())}` : [first, ...others].join(" ");
  throw new UsageError(
    `Cannot run "${name}": no program has that name (did you mean: ${before}${meant})`,
  );
}

function isProgram(name: string, looking: WhichOptions): boolean {
  try {
    which(name, looking);
    return true;
  } catch {
    return false;
  }
}

// Thousands of routes may run the same program, and each folder of PATH costs a look at the disk. Milliseconds for
// which what was found counts as still there.
const FRESH = 1_000;
let since = 0;
const known = new Map<string, string>();
