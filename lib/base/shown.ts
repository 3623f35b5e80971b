/** A value of any kind as a message shows it: on one line, and no more than its surface. Never throws. */
export function shown(value: unknown): string {
  try {
    return Deno.inspect(value, { depth: 1, breakLength: Infinity, strAbbreviateSize: 100 });
  } catch {
    return "a value that cannot be shown";
  }
}
