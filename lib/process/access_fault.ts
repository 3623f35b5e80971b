import { dirname, resolve } from "node:path";
import { type Restraint, runWith } from "./restraint.ts";

/** Options of {@linkcode accessFault}. */
export interface AccessFaultOptions {
  /** The folder that it will run in; default: the server's, which it is in already. */
  readonly cwd?: string | undefined;
  /** Whether it has to be read, too, as a script is by its interpreter. */
  readonly reads: boolean;
}

// Tells by its exit status what cannot be done, and writes which folder it is.
const SCRIPT = `
reads=$1 program=$2
shift 2
for folder do
  [ -x "$folder" ] || { printf %s "$folder"; exit 2; }
done
[ -x "$program" ] || exit 3
[ "$reads" = false ] || [ -r "$program" ] || exit 4
`;

/**
 * Finds out whether another user may run a program, by asking the system as that user: of the mode of a file alone, one
 * cannot know.
 *
 * @returns Why not, in words that stand behind its name and a colon; undefined where it can, or runs as the server.
 */
export function accessFault(
  program: string,
  restraint: Restraint,
  { cwd, reads }: AccessFaultOptions,
): string | undefined {
  const { user } = restraint;
  if (!user) return undefined;
  const path = resolve(program);
  const folders = [...new Set([...above(path), ...(cwd === undefined ? [] : within(cwd))])];
  const command = ["sh", "-c", SCRIPT, "sh", String(reads), path, ...folders];
  const { code, stdout } = runWith(restraint, command);
  const folder = new TextDecoder().decode(stdout);
  if (code === 2) return `user ${user.said} may not enter the folder "${folder}"`;
  if (code === 3) return `it may not be executed by user ${user.said}`;
  if (code === 4) return `it may not be read by user ${user.said}, as its interpreter has to`;
  return undefined;
}

/** The folders that lead to a path, from the root on. */
function above(path: string): string[] {
  return dirname(path) === path ? [] : within(dirname(path));
}

/** A folder behind those that lead to it. */
function within(folder: string): string[] {
  const path = resolve(folder);
  return [...above(path), path];
}
