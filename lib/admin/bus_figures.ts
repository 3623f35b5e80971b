import type { Registry } from "npm:prom-client@15.1.3";
import type { Bus, BusFigures } from "../bus/bus.ts";
import { addCounter, addGauge } from "./figures.ts";

const COUNTS: readonly [name: keyof BusFigures, help: string][] = [
  ["published", "Messages that the engine of the bus has of this server"],
  ["delivered", "Messages that have come from the engine of the bus"],
  ["lost", "Messages that did not come, as far as they were counted"],
  ["dropped", "Messages that the engine of the bus did not get"],
  ["uncast", "Words between servers that were dropped because too much waited"],
];

/** Adds what is known of the bus that joins the server with others. */
export function addBusFigures(registry: Registry, bus: Bus): void {
  addGauge(registry, {
    name: "stdws_bus_away",
    help: "1 while the engine of the bus cannot be reached, otherwise 0",
    aggregator: "max",
    read: () => Number(bus.isAway),
  });
  addGauge(registry, {
    name: "stdws_bus_waiting_bytes",
    help: "Bytes that wait for the engine of the bus",
    read: () => bus.bufferedAmount,
  });
  // A bus of somebody's own need not count.
  for (const [name, help] of bus.figures ? COUNTS : []) {
    const read = () => bus.figures?.[name] ?? 0;
    addCounter(registry, { name: `stdws_bus_${name}_total`, help, read });
  }
}
