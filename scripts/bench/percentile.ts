/**
 * The value below which a share of the values lies, between two of them in proportion.
 *
 * @param values The values, in any order; at least one.
 * @param share From 0 to 1: 0.5 is the median, 0.99 is p99.
 * @returns The value, NaN if there are none.
 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)] ?? NaN;
  const high = sorted[Math.ceil(at)] ?? NaN;
  return low + (high - low) * (at - Math.floor(at));
}
