import type { Samples } from "./compare.ts";
import type { Goal, Item } from "./item.ts";
import { percentile } from "./percentile.ts";

/** One line of the result: a metric, what everybody reached, and how stdws compares. */
export interface Row {
  /** The name of the metric. */
  readonly metric: string;
  /** The unit of the medians and samples. */
  readonly unit: string;
  /** The median of all rounds, by the name of the server. */
  readonly medians: Readonly<Record<string, number>>;
  /** The figure of stdws divided by that of the other, by its name; from the medians. */
  readonly ratios: Readonly<Record<string, number>>;
  /** The ratio to websocketd that stdws is to reach. */
  readonly goal?: Goal;
  /** The figure of every round, by the name of the server. */
  readonly samples: Samples;
}

/**
 * Makes the lines of the result.
 *
 * @param items What was measured.
 * @param samples The figures of all rounds, by the name of the metric.
 * @returns A row per metric, in the order of the items.
 */
export function report(
  items: readonly Item[],
  samples: Readonly<Record<string, Samples>>,
): readonly Row[] {
  return items.flatMap(({ metrics }) => metrics).map(({ name, unit, goal }) => {
    const figures = samples[name] ?? {};
    const medians = mapValues(figures, (values) => percentile(values, 0.5));
    const { stdws, ...others } = medians;
    const ratios = stdws === undefined ? {} : mapValues(others, (other) => stdws / other);
    const row = { metric: name, unit, medians, ratios, samples: figures };
    return goal ? { ...row, goal } : row;
  });
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, map: (value: A) => B) {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
