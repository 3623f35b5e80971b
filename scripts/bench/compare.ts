import { formatFigure } from "./format_figure.ts";
import type { Contestant, Item, Trial } from "./item.ts";
import { runTrial } from "./run_trial.ts";

/** Options of {@linkcode compare}. */
export interface CompareOptions {
  /** The items to measure. */
  readonly items: readonly Item[];
  /** The servers that take part. */
  readonly contestants: readonly Contestant[];
  /** The number of times that everybody does each item. */
  readonly rounds: number;
  /** The sizes of the work. */
  readonly size: Trial["size"];
  /** Told what is happening, a line at a time. */
  readonly progress: (line: string) => void;
  /** Ends the comparison early. */
  readonly signal: AbortSignal;
}

/** The figures of one metric: those of every round, by the name of the server. */
export type Samples = Readonly<Record<string, readonly number[]>>;

/** The result of a comparison. */
export interface Comparison {
  /** By the name of the metric. */
  readonly samples: Readonly<Record<string, Samples>>;
  /** The failures, a line each. */
  readonly failures: readonly string[];
}

/**
 * Lets the servers do each item, alternating within a round and rotating the order from round to
 * round, so that neither the state of the machine nor the place in the row favours one of them.
 *
 * A server that fails an item is out of that item, and the others go on.
 *
 * @param options The servers, the items, and how often each is done.
 * @returns The figures of all rounds and what went wrong.
 * @throws The reason of `signal` once it aborts.
 */
export async function compare(options: CompareOptions): Promise<Comparison> {
  const { items, contestants, rounds, size, progress, signal } = options;
  const samples: Record<string, Record<string, number[]>> = {};
  const failures: string[] = [];
  for (const item of items) {
    const out = new Set<Contestant>();
    const count = Math.min(rounds, item.mostRounds ?? rounds);
    for (let round = 0; round < count; round++) {
      for (const contestant of rotate(contestants, round)) {
        if (out.has(contestant)) continue;
        const title = `${item.name}, round ${round + 1}/${count}, ${contestant.name}`;
        try {
          const figures = await runTrial(item, contestant, { size, signal });
          for (const { name } of item.metrics) {
            const figure = figures[name];
            if (figure !== undefined) ((samples[name] ??= {})[contestant.name] ??= []).push(figure);
          }
          progress(`${title}: ${describe(item, figures)}`);
        } catch (error) {
          signal.throwIfAborted();
          out.add(contestant);
          for (const { name } of item.metrics) delete samples[name]?.[contestant.name];
          failures.push(`${title}: ${error instanceof Error ? error.message : error}`);
          progress(`FAILED ${failures.at(-1)}`);
        }
      }
    }
  }
  return { samples, failures };
}

function rotate<T>(list: readonly T[], by: number): readonly T[] {
  const start = list.length === 0 ? 0 : by % list.length;
  return [...list.slice(start), ...list.slice(0, start)];
}

function describe(item: Item, figures: Readonly<Record<string, number>>): string {
  const parts = item.metrics.map(({ name, unit }) => {
    const figure = figures[name];
    return figure === undefined ? `${name} does not apply` : `${formatFigure(figure)} ${unit}`;
  });
  return parts.join(", ");
}
