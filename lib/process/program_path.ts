import { resolve } from "node:path";
import { which } from "./which.ts";

/**
 * The path of a program of this machine: by PATH, or, where it has a slash in it, as it is.
 *
 * @param cwd The folder that it will run in, from which a relative path goes out; default: the server's.
 * @throws {UsageError} If there is no such executable.
 */
export function programPath(name: string, cwd?: string): string {
  const { os } = Deno.build;
  const pathExt = os === "windows" ? Deno.env.get("PATHEXT") : undefined;
  const named = cwd !== undefined && /[/\\]/.test(name) ? resolve(cwd, name) : name;
  return which(named, {
    path: Deno.env.get("PATH") ?? "",
    os,
    ...(pathExt === undefined ? {} : { pathExt }),
  });
}
