/**
 * The name of the room that a client has chosen, which is never that of a path: a path begins with a slash.
 *
 * @param text Any text.
 */
export function chosenName(text: string): string {
  return /^\.?\//.test(text) ? `./${text}` : text;
}
