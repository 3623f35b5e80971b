import { type Needing, needing } from "./programs.ts";

/**
 * Leaves a test out, and says so in its name, where it is not root who runs the tests: only root can start what
 * belongs to others.
 */
export function asRoot(name: string, ...programs: readonly string[]): Needing {
  const needed = needing(name, ...programs);
  if (Deno.uid() === 0) return needed;
  return { name: `${needed.name} [needs root]`, ignore: true };
}
