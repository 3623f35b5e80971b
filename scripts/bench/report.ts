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
  /** A figure divided by another, as `stdws/websocketd`; from the medians. */
  readonly ratios: Readonly<Record<string, number>>;
  /** The goals of stdws against those who take part. */
  readonly goals: readonly Goal[];
  /** The figure of every round, by the name of the server. */
  readonly samples: Samples;
}

/**
 * Makes the lines of the result.
 *
 * @param items The items that were measured.
 * @param samples The figures of all rounds, by the name of the metric.
 * @returns A row per metric, in the order of the items.
 */
export function report(
  items: readonly Item[],
  samples: Readonly<Record<string, Samples>>,
): readonly Row[] {
  return items.flatMap(({ metrics }) => metrics).map(({ name, unit, goals = [] }) => {
    const figures = samples[name] ?? {};
    const medians = mapValues(figures, (values) => percentile(values, 0.5));
    const ratios: Record<string, number> = {};
    for (const [one, other] of pairsOf(Object.keys(medians))) {
      ratios[`${one}/${other}`] = (medians[one] ?? NaN) / (medians[other] ?? NaN);
    }
    const met = goals.filter(({ to }) => to in medians);
    return { metric: name, unit, medians, ratios, goals: met, samples: figures };
  });
}

/**
 * Pairs of servers to compare: stdws with all others, and each engine with itself in the other tree.
 *
 * @param servers The servers that take part.
 */
export function pairsOf(servers: readonly string[]): readonly (readonly [string, string])[] {
  const others = servers.filter((name) => name !== "stdws");
  const pairs = [
    ...others.map((name) => ["stdws", name] as const),
    ["native", "base"] as const,
    ["node", "base-node"] as const,
  ];
  return pairs.filter((pair) => pair.every((name) => servers.includes(name)));
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, map: (value: A) => B) {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
