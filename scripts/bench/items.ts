import { broadcast } from "./broadcast.ts";
import { churn } from "./churn.ts";
import { drain } from "./drain.ts";
import type { Item } from "./item.ts";
import { latency } from "./latency.ts";
import { memory } from "./memory.ts";
import { pipelined } from "./pipelined.ts";
import { shared } from "./shared.ts";
import { sharing } from "./sharing.ts";
import { spawn } from "./spawn.ts";

/** Everything that is measured, in the order of the table. New kinds of work are added here. */
export const items: readonly Item[] = [
  latency,
  pipelined({
    name: "pipelined",
    metric: "pipelined, 1 connection",
    goals: [
      { relation: ">=", ratio: 0.9, to: "websocketd" },
      { relation: ">=", ratio: 1, to: "native" },
    ],
    connections: 1,
    messages: { full: 300_000, quick: 60_000 },
  }),
  pipelined({
    name: "many",
    metric: "pipelined, 50 connections",
    goals: [
      { relation: ">=", ratio: 2.5, to: "websocketd" },
      { relation: ">=", ratio: 1, to: "native" },
    ],
    connections: 50,
    messages: { full: 300_000, quick: 60_000 },
    pause: 1,
  }),
  drain,
  broadcast,
  shared,
  churn,
  spawn,
  memory,
  sharing,
];
