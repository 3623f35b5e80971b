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
  const registry = AggregatorRegistry.aggregate(all.map(labelled));
  const up = new Gauge({
    name: "stdws_worker_up",
    help: "1 for a worker that answers, 0 for one that does not",
    labelNames: ["worker"],
    registers: [registry],
  });
  for (const { worker } of all) up.set({ worker }, 1);
  for (const { worker } of silent) up.set({ worker }, 0);
  return await registry.metrics();
}

function labelled({ worker, pid, isRetired, metrics }: WorkerMetrics): MetricsData {
  // Whether the server is ready is no question of one that takes nothing any more.
  const counting = isRetired ? metrics.filter(({ name }) => name !== "stdws_ready") : metrics;
  return counting.map((metric) => {
    if (!OWN.test(metric.name)) return metric;
    const own = { worker: String(worker), pid: String(pid) };
    const values = metric.values.map((value) => ({
      ...value,
      labels: { ...value.labels, ...own },
    }));
    return { ...metric, values };
  });
}
