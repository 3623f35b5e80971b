/** A value of any kind as a message shows it: on one line, and no more than its surface. */
export function shown(value: unknown): string {
  return Deno.inspect(value, { depth: 1, breakLength: Infinity, strAbbreviateSize: 100 });
}
