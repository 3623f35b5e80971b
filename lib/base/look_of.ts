/** A text that changes whenever a file does, also one behind a link; empty where there is none. */
export function lookOf(path: string): string {
  try {
    const { dev, ino, size, mtime, ctime } = Deno.statSync(path);
    return [dev, ino, size, mtime?.getTime(), ctime?.getTime()].join();
  } catch {
    // Not there for the moment; whoever reads it tells why.
    return "";
  }
}
