/**
 * A value of any kind as a message shows it: on one line, and no more than its surface. Never throws.
 *
 * @param depth Levels of objects below it that are shown as well.
 */
export function shown(value: unknown, depth = 1): string {
  try {
    return Deno.inspect(value, { depth, breakLength: Infinity, strAbbreviateSize: 100 });
  } catch {
    return "a value that cannot be shown";
  }
}
