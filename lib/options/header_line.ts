/** The form of a header, to follow “expected”. */
export const HEADER_LINE = '"Name: value"';

/**
 * Reads a header.
 *
 * @returns undefined where it has no name, or something that no header can have.
 */
export function parseHeaderLine(text: string): [name: string, value: string] | undefined {
  const colon = text.indexOf(":");
  if (colon <= 0) return undefined;
  const header: [string, string] = [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
  try {
    // Refuses what cannot be a name or a value.
    new Headers([header]);
  } catch {
    return undefined;
  }
  return header;
}
