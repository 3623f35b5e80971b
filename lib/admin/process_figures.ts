import process from "node:process";
import type { Registry } from "npm:prom-client@15.1.3";
import { descriptors } from "../base/descriptors.ts";
import { nextTurn } from "../base/next_turn.ts";
import { addCounter, addGauge } from "./figures.ts";

/**
 * Adds what is known of the server's own process, by the names that all exporters have for it. Those that come with
 * the package keep timers and observers that nobody can end.
 */
export function addProcessFigures(registry: Registry): void {
  addGauge(registry, {
    name: "process_resident_memory_bytes",
    help: "Memory of the server, without its programs",
    read: () => Deno.memoryUsage().rss,
  });
  addCounter(registry, {
    name: "process_cpu_seconds_total",
    help: "CPU time of the server, without its programs",
    read() {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1_000_000;
    },
  });
  addGauge(registry, {
    name: "process_start_time_seconds",
    help: "Start of the server, since the epoch",
    read: () => performance.timeOrigin / 1_000,
  });
  addGauge(registry, {
    name: "stdws_event_loop_lag_seconds",
    help: "Time that a turn of the event loop takes, now",
    async read() {
      const before = performance.now();
      await nextTurn();
      return (performance.now() - before) / 1_000;
    },
  });
  // Counted only on Linux, and with all permissions.
  if (descriptors.holding.limit === Infinity) return;
  addGauge(registry, {
    name: "process_open_fds",
    help: "Descriptors of the server",
    read: () => descriptors.holding.used,
  });
  addGauge(registry, {
    name: "process_max_fds",
    help: "Descriptors that the system lets it have",
    read: () => descriptors.holding.limit,
  });
}
