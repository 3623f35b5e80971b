import { which } from "../../lib/process/which.ts";

/** Name and fate of a test. */
export interface Needing {
  readonly name: string;
  readonly ignore: boolean;
}

/**
 * Leaves a test out, and says so in its name, where a program that it needs is missing. With
 * TEST_ALL=1 it runs, and fails, unless TEST_WITHOUT names the program: then it cannot be had there.
 */
export function needing(name: string, ...programs: readonly string[]): Needing {
  const missing = programs.filter((program) => !isInstalled(program));
  if (missing.length === 0) return { name, ignore: false };
  return {
    name: `${name} [needs ${missing.join(", ")}]`,
    ignore: Deno.env.get("TEST_ALL") !== "1" ||
      missing.every((program) => program === Deno.env.get("TEST_WITHOUT")),
  };
}

function isInstalled(program: string): boolean {
  try {
    which(program, { path: Deno.env.get("PATH") ?? "", os: Deno.build.os });
    return true;
  } catch {
    return false;
  }
}
