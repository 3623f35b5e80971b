import { UsageError } from "../base/errors.ts";

/** Options of {@linkcode which}. */
export interface WhichOptions {
  /** The server's PATH; undefined where it has none. */
  readonly path: string | undefined;
  readonly os: typeof Deno.build.os;
  /** Windows' list of endings that can be run. */
  readonly pathExt?: string;
}

/**
 * The path of a program: a name with a slash in it as it is, any other by PATH.
 *
 * @throws {UsageError} If there is no such executable.
 */
export function which(command: string, options: WhichOptions): string {
  const windows = options.os === "windows";
  const endings = windows ? ["", ...(options.pathExt ?? ".COM;.EXE;.BAT;.CMD").split(";")] : [""];
  const named = command.includes("/") || (windows && command.includes("\\"));
  const folders = named
    ? [""]
    // An empty one finds nothing; a part of it that is empty stands for the folder that the server is in.
    : (options.path || undefined)?.split(windows ? ";" : ":").map((f) => f || ".") ?? [];
  const seen = new Set<Look>();
  for (const folder of folders) {
    for (const ending of endings) {
      const path = (folder === "" ? "" : folder.replace(/\/?$/, "/")) + command + ending;
      const found = look(path, windows);
      if (found === "executable") return path;
      // What is in PATH by that name beside programs is not meant.
      if (named || found === "file" || found === "hidden") seen.add(found);
    }
  }
  const reason = REASONS.find(([look]) => seen.has(look))?.[1] ?? missing(named, options.path);
  throw new UsageError(`Cannot run "${command}": ${reason}`);
}

function missing(named: boolean, path: string | undefined): string {
  if (named) return "there is no such file";
  return path ? `it is not in PATH (${path})` : "it is not in PATH, which is empty";
}

type Look = "executable" | "file" | "hidden" | "folder" | "special" | "dangling" | "missing";

/** Reasons why what is there cannot be run; what is nearest to a program first. */
const REASONS: readonly (readonly [look: Look, reason: string])[] = [
  ["file", "it is not executable"],
  ["hidden", "Deno may not look for it without --allow-read"],
  ["folder", "it is a folder"],
  ["special", "it is not a file"],
  ["dangling", "it is a link that leads to no file"],
];

function look(path: string, windows: boolean): Look {
  try {
    const { isFile, isDirectory, mode } = Deno.statSync(path);
    if (!isFile) return isDirectory ? "folder" : "special";
    return windows || ((mode ?? 0) & 0o111) !== 0 ? "executable" : "file";
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return "hidden";
    if (isLink(path)) return "dangling";
    // A folder of PATH that may not be read, or a name that no file can have: not this one.
    return "missing";
  }
}

function isLink(path: string): boolean {
  try {
    return Deno.lstatSync(path).isSymlink;
  } catch {
    // Not there, or not to be looked at.
    return false;
  }
}
