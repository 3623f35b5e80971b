/**
 * Whether this is Deno of a version, or a later one: some things work only since then.
 *
 * @param version The runtime's.
 */
export function isDenoSince(
  major: number,
  minor: number,
  version: string = Deno.version.deno,
): boolean {
  const [ownMajor = 0, ownMinor = 0] = version.split(".").map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}
