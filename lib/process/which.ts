import { UsageError } from "../base/errors.ts";

/** Where a program is looked for. */
export interface WhichOptions {
  /** The server's PATH. */
  readonly path: string;
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
  const folders = named ? [""] : options.path.split(windows ? ";" : ":").map((f) => f || ".");
  let denied = false;
  let hidden = false;
  for (const folder of folders) {
    for (const ending of endings) {
      const path = (folder === "" ? "" : folder.replace(/\/?$/, "/")) + command + ending;
      const found = look(path, windows);
      if (found === "executable") return path;
      denied ||= found === "file";
      hidden ||= found === "hidden";
    }
  }
  if (denied) throw new UsageError(`Cannot run "${command}": it is not executable`);
  if (hidden) {
    throw new UsageError(`Cannot run "${command}": Deno may not look for it without --allow-read`);
  }
  if (named) throw new UsageError(`Cannot run "${command}": there is no such file`);
  throw new UsageError(`Cannot run "${command}": it is not in PATH (${options.path})`);
}

function look(path: string, windows: boolean): "executable" | "file" | "hidden" | "missing" {
  try {
    const { isFile, mode } = Deno.statSync(path);
    if (!isFile) return "missing";
    return windows || ((mode ?? 0) & 0o111) !== 0 ? "executable" : "file";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "missing";
    if (error instanceof Deno.errors.NotCapable) return "hidden";
    // A folder of PATH that may not be read, or a name that no file can have: not this one.
    return "missing";
  }
}
