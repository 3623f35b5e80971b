/**
 * Writes a figure for people: one decimal below 100, none above, as more would be noise.
 *
 * @param value The figure.
 */
export function formatFigure(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: value < 100 ? 1 : 0 });
}
