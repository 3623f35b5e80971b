/** Units of a time, each with its milliseconds. */
export const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/**
 * Milliseconds of a text, less than a timer takes (24 days), or Infinity; undefined where it is neither.
 *
 * @param alone The unit of a number without one.
 */
export function readDuration(text: string, alone: keyof typeof UNITS = "ms"): number | undefined {
  if (text === "forever") return Infinity;
  const [, digits = "NaN", unit = alone] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? [];
  const duration = Math.round(Number(digits) * UNITS[unit as keyof typeof UNITS]);
  return duration < 2 ** 31 ? duration : undefined;
}
