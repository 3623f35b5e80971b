import {
  AggregatorRegistry,
  Gauge,
  type MetricObjectWithValues,
  type MetricValue,
} from "npm:prom-client@15.1.3";
import type { Silent } from "./others.ts";

/** Metrics of one worker, as JSON can say them. */
export type MetricsData = MetricObjectWithValues<MetricValue<string>>[];

/** Metrics and the worker that they are of. */
export interface WorkerMetrics {
  readonly worker: number;
  readonly pid: number;
  readonly isRetired: boolean;
  readonly metrics: MetricsData;
}

// Of a process; the sum of several says nothing.
const OWN = /^process_|^stdws_event_loop_lag_seconds$/;

// The types of metrics that only grow.
const COUNTS = ["counter", "histogram"];

/**
 * Metrics of all workers as those of one server, in Prometheus' text format: sums, but for what is of each process,
 * which has the labels `worker` and `pid`.
 *
 * @param silent The workers that did not answer.
 */
export async function textOfAll(
  all: readonly WorkerMetrics[],
  silent: readonly Silent[],
): Promise<string> {
  const registry = AggregatorRegistry.aggregate(
    all.map((each) => partOf(each, silent.length === 0)),
  );
  const up = new Gauge({
    name: "stdws_worker_up",
    help: "1 for a worker that answers, 0 for one that does not",
    labelNames: ["worker"],
    registers: [registry],
  });
  // Under 0 is what is left of those that are gone.
  for (const { worker } of all) if (worker > 0) up.set({ worker }, 1);
  for (const { worker } of silent) up.set({ worker }, 0);
  return await registry.metrics();
}

/** Counters and histograms of several workers as those of one; what is only true at one time is left out. */
export async function sumOfCounts(all: readonly MetricsData[]): Promise<MetricsData> {
  const counts = all.map((metrics) =>
    metrics.filter(({ name, type }) => !OWN.test(name) && COUNTS.includes(String(type)))
  );
  return await AggregatorRegistry.aggregate(counts).getMetricsAsJSON();
}

/** The part of one worker in what is said of all, who are ready only where nobody is silent. */
function partOf({ worker, pid, isRetired, metrics }: WorkerMetrics, isWhole: boolean): MetricsData {
  // Whether the server is ready is no question of one that takes nothing any more.
  const counting = isRetired ? metrics.filter(({ name }) => name !== "stdws_ready") : metrics;
  const own = { worker: String(worker), pid: String(pid) };
  return counting.map((metric) => {
    const isOwn = OWN.test(metric.name);
    const isLacking = metric.name === "stdws_ready" && !isWhole;
    if (!isOwn && !isLacking) return metric;
    const values = metric.values.map((value) => ({
      ...value,
      ...(isLacking ? { value: 0 } : {}),
      ...(isOwn ? { labels: { ...value.labels, ...own } } : {}),
    }));
    return { ...metric, values };
  });
}
