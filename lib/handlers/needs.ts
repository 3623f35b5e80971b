import { resolve } from "node:path";
import type { Permissions } from "../base/permissions.ts";
import { programPath } from "../process/program_path.ts";
import type { PtyStreams } from "../process/pty/pty.ts";
import { ptyTools } from "../process/pty/pty_words.ts";
import { restraintOf, type RestraintOptions } from "../process/restraint.ts";
import { findStdbuf } from "../process/unbuffer/stdbuf.ts";
import type { Unbuffer } from "../process/unbuffer/unbuffer.ts";
import { programsIn } from "./programs_in.ts";

/** The options of programs that are not of their words. */
interface OfPrograms extends RestraintOptions {
  readonly passEnv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly unbuffer?: Unbuffer;
}

/** A sentence for whoever asks for the permissions of a folder of programs. */
export const NEW_PROGRAMS =
  "A program that is new in its folder needs permission to run, too: check again then.";

/** The words and option values of a route of programs. */
interface Route<T> {
  readonly words: readonly string[];
  readonly values: T;
}

/** Adds what a command needs Deno to permit. */
export function needsOfCommand(
  { words: [name = ""], values }: Route<OfPrograms & { readonly cwd?: string }>,
  permissions: Permissions,
): void {
  const { cwd } = values;
  const program = resolve(programPath(name, values));
  permissions.add("run", program);
  permissions.add("read", program, ...(cwd === undefined ? [] : [resolve(cwd)]));
  permissions.add("env", "PATH");
  addOptions(values, permissions);
}

/** Adds what a folder of programs that clients choose from needs Deno to permit. */
export function needsOfFolder(
  { words: [folder = ""], values }: Route<OfPrograms>,
  permissions: Permissions,
): void {
  const root = Deno.realPathSync(folder);
  permissions.add("read", resolve(folder), root);
  const programs = programsIn(root);
  if (programs) permissions.add("run", ...programs);
  else permissions.addAll("run");
  addOptions(values, permissions);
}

/** Adds what programs on pseudo-terminals need Deno to permit, beside what they need without. */
export function needsOfPty(streams: PtyStreams, permissions: Permissions): void {
  addTools(ptyTools(streams), permissions);
  // The C library has no path that Deno could be told of.
  permissions.addAll("ffi");
}

function addOptions(values: OfPrograms, permissions: Permissions): void {
  addVariables(values, permissions);
  addRestraint(values, permissions);
  addUnbuffer(values, permissions);
}

/** Adds what is needed for programs that start a program, one by the other. */
function addTools(names: readonly string[], permissions: Permissions): void {
  const tools = names.map((name) => resolve(name));
  permissions.add("read", ...tools);
  // The first of them starts the others, and the program.
  permissions.add("run", ...tools.slice(0, 1));
}

/** Adds what `on` and `pty` need; `auto` leaves what it may not do. */
function addUnbuffer({ unbuffer }: OfPrograms, permissions: Permissions): void {
  if (unbuffer === "pty") needsOfPty("stdout", permissions);
  if (unbuffer !== "on") return;
  const stdbuf = findStdbuf();
  if (typeof stdbuf !== "string") permissions.add("read", stdbuf.program, stdbuf.library);
  // As for every variable that makes the loader load something else.
  permissions.addAll("run");
}

function addVariables({ passEnv = [], env = {} }: OfPrograms, permissions: Permissions): void {
  permissions.add("env", ...passEnv.filter((name) => name !== "HTTPS"));
  const given = [...Object.keys(env), ...passEnv.filter((name) => Deno.env.get(name))];
  // What makes the loader load something else could make any program of the one that is allowed.
  if (given.some((name) => /^(LD|DYLD)_/.test(name))) permissions.addAll("run");
}

function addRestraint(options: RestraintOptions, permissions: Permissions): void {
  const restraint = restraintOf(options);
  if (!restraint) return;
  const { tools, user } = restraint;
  addTools(tools, permissions);
  if (!user) return;
  permissions.add("read", "/etc/passwd", "/etc/group");
  permissions.add("sys", "uid");
  permissions.add("run", "sh");
}
