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
  const path = Deno.env.get("PATH") ?? "";
  const key = JSON.stringify([named, path]);
  if (performance.now() - since > FRESH) {
    known.clear();
    since = performance.now();
  }
  const program = known.get(key) ??
    which(named, { path, os, ...(pathExt === undefined ? {} : { pathExt }) });
  known.set(key, program);
  return program;
}

// Thousands of routes may run the same program, and each folder of PATH costs a look at the disk. Milliseconds for
// which what was found counts as still there.
const FRESH = 1_000;
let since = 0;
const known = new Map<string, string>();
