import { levenshteinDistance } from "@std/text/levenshtein-distance";

/**
 * A hint at the name that was probably meant; empty where none is near.
 *
 * @param prefix Characters in front of names where they are said, such as `--`.
 */
export function closest(name: string, known: readonly string[], prefix = ""): string {
  const distances = known.map((candidate) => [levenshteinDistance(name, candidate), candidate]);
  const [distance, found] = distances.sort(([a], [b]) => Number(a) - Number(b))[0] ?? [];
  const most = Math.min(name.length - 1, Math.max(2, name.length / 3));
  return Number(distance) <= most ? ` (did you mean "${prefix}${found}"?)` : "";
}
