import { resolve } from "node:path";
import type { Permissions } from "../base/permissions.ts";
import { programPath } from "../process/program_path.ts";
import { programsIn } from "./programs_in.ts";

/** The options that the environment of programs is made from. */
interface Variables {
  readonly passEnv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
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
  { words: [name = ""], values }: Route<Variables & { readonly cwd?: string }>,
  permissions: Permissions,
): void {
  const { cwd } = values;
  const program = resolve(programPath(name, cwd));
  permissions.add("run", program);
  permissions.add("read", program, ...(cwd === undefined ? [] : [resolve(cwd)]));
  permissions.add("env", "PATH");
  addVariables(values, permissions);
}

/** Adds what a folder of programs that clients choose from needs Deno to permit. */
export function needsOfFolder(
  { words: [folder = ""], values }: Route<Variables>,
  permissions: Permissions,
): void {
  const root = Deno.realPathSync(folder);
  permissions.add("read", resolve(folder), root);
  const programs = programsIn(root);
  if (programs) permissions.add("run", ...programs);
  else permissions.addAll("run");
  addVariables(values, permissions);
}

function addVariables({ passEnv = [], env = {} }: Variables, permissions: Permissions): void {
  permissions.add("env", ...passEnv.filter((name) => name !== "HTTPS"));
  const given = [...Object.keys(env), ...passEnv.filter((name) => Deno.env.get(name))];
  // What makes the loader load something else could make any program of the one that is allowed.
  if (given.some((name) => /^(LD|DYLD)_/.test(name))) permissions.addAll("run");
}
