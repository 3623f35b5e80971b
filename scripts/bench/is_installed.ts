import type { Contestant } from "./item.ts";

/**
 * Whether the program of a contestant can be started at all.
 *
 * @param contestant The one whose program to look for.
 */
export function isInstalled(contestant: Contestant): boolean {
  const [path] = contestant.command(0, []);
  try {
    new Deno.Command(path, { args: ["--version"], stdout: "null", stderr: "null" }).outputSync();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
