// @ts-types="../base/std.d.ts"
import { levenshteinDistance } from "npm:deno-std@1.4.0/text/levenshtein_distance.js";

/**
 * A hint at the name that was probably meant; empty where none is near.
 *
 * @param prefix Characters in front of names where they are said, such as `--`.
 */
export function closest(name: string, known: readonly string[], prefix = ""): string {
  const said = name.toLowerCase();
  const [near] = known
    .map((candidate) => [levenshteinDistance(said, candidate.toLowerCase()), candidate] as const)
    .filter(([distance, candidate]) => distance <= most(said, candidate.toLowerCase()))
    .sort(([a], [b]) => a - b);
  const meant = near?.[1] ?? containing(said, known);
  return meant === undefined ? "" : ` (did you mean "${prefix}${meant}"?)`;
}

/** How far a name may be from what was said. Of a short one, more is another word, but for letters that changed places. */
function most(said: string, candidate: string): number {
  const isFar = said.length < 5 && lettersOf(said) !== lettersOf(candidate);
  return Math.min(said.length - 1, isFar ? 1 : Math.max(2, said.length / 3));
}

function lettersOf(text: string): string {
  return [...text].sort().join("");
}

/** The one name that has what was said in it, or the shortest where that is in all the others. */
function containing(part: string, known: readonly string[]): string | undefined {
  if (part.length < 3) return undefined;
  const [shortest, ...others] = known
    .filter((candidate) => candidate.toLowerCase().includes(part))
    .sort((a, b) => a.length - b.length);
  return others.every((other) => other.includes(shortest ?? "")) ? shortest : undefined;
}
