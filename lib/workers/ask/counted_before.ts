import type { MetricsData } from "../../admin/metrics_of_all.ts";

/**
 * Counts of workers that are gone, as they were when somebody last looked: otherwise the sum of all would become less,
 * which whoever reads it takes for a counter that has begun anew.
 */
export class CountedBefore {
  /** Metrics of those who are there, by worker. */
  readonly #last = new Map<object, MetricsData>();
  /** Metrics of those who are gone, not yet summed. */
  #gone: MetricsData[] = [];

  /** Keeps what a worker says. */
  note(worker: object, metrics: MetricsData): void {
    this.#last.set(worker, metrics);
  }

  /** A worker is gone. */
  left(worker: object): void {
    const metrics = this.#last.get(worker);
    this.#last.delete(worker);
    if (metrics) this.#gone.push(metrics);
  }

  /** The sum of all that are gone; undefined where there are none. */
  async ofGone(): Promise<MetricsData | undefined> {
    if (this.#gone.length === 0) return undefined;
    // Not before: a parent whose workers stay needs nothing of it.
    const { sumOfCounts } = await import("../../admin/metrics_of_all.ts");
    const before = this.#gone;
    const sum = await sumOfCounts(before);
    // Others may have gone meanwhile.
    this.#gone = [sum, ...this.#gone.slice(before.length)];
    return sum;
  }
}
