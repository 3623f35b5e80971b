/**
 * Whether a pattern matches all that another one does, as far as that can be told from their texts.
 *
 * @param wide A pattern of a route, as `/files/*`.
 * @param narrow The other one, as `/files/images/*`.
 */
export function covers(wide: string, narrow: string): boolean {
  if (wide === "*" || wide === narrow) return true;
  return wide.endsWith("/*") && narrow.startsWith(wide.slice(0, -1));
}
