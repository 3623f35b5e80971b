/**
 * Resolves the dot segments of a path (RFC 3986 §5.2.4), before anything is looked for by it: of `/a/../b`, `/b`.
 *
 * @param path Decoded as far as whoever looks for it decodes it.
 * @returns undefined where it leaves its root on the way: the RFC goes on from there, but nobody who means well asks
 * for that.
 */
export function resolveDots(path: string): string | undefined {
  // Most have none.
  if (!path.includes("/.")) return path;
  const segments = path.split("/");
  const kept: string[] = [];
  for (const [at, segment] of segments.entries()) {
    const isDots = segment === "." || segment === "..";
    if (segment === "..") {
      // The first stands for the root.
      if (kept.length < 2) return undefined;
      kept.pop();
    }
    if (!isDots) kept.push(segment);
    // What ends that way is a folder.
    else if (at === segments.length - 1) kept.push("");
  }
  return kept.join("/");
}
