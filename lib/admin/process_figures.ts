import process from "node:process";
import { Counter, Gauge, type Registry } from "npm:prom-client@15.1.3";
import { descriptors } from "../base/descriptors.ts";
import { nextTurn } from "../base/next_turn.ts";

/**
 * Adds what is known of the server's own process, by the names that all exporters have for it. Those that come with
 * the package keep timers and observers that nobody can end.
 */
export function addProcessFigures(registry: Registry): void {
  const registers = [registry];
  new Gauge({
    name: "process_resident_memory_bytes",
    help: "Memory of the server, without its programs",
    registers,
    collect() {
      this.set(Deno.memoryUsage().rss);
    },
  });
  new Counter({
    name: "process_cpu_seconds_total",
    help: "CPU time of the server, without its programs",
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1_000_000);
    },
  });
  new Gauge({
    name: "process_start_time_seconds",
    help: "Start of the server, since the epoch",
    registers,
  }).set(performance.timeOrigin / 1_000);
  new Gauge({
    name: "stdws_event_loop_lag_seconds",
    help: "Time that a turn of the event loop takes, now",
    registers,
    async collect() {
      const before = performance.now();
      await nextTurn();
      this.set((performance.now() - before) / 1_000);
    },
  });
  // Counted only on Linux, and with all permissions.
  if (descriptors.holding.limit === Infinity) return;
  new Gauge({
    name: "process_open_fds",
    help: "Descriptors of the server",
    registers,
    collect() {
      this.set(descriptors.holding.used);
    },
  });
  new Gauge({
    name: "process_max_fds",
    help: "Descriptors that the system lets it have",
    registers,
    collect() {
      this.set(descriptors.holding.limit);
    },
  });
}
