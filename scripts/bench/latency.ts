import { Client } from "./client.ts";
import type { Item } from "./item.ts";
import { maskedFrame } from "./masked_frame.ts";
import { percentile } from "./percentile.ts";

const PAYLOAD_BYTES = 32;
const ROUND_TRIPS = { full: 10_000, quick: 3000 };
const WARM_UP = { full: 3000, quick: 1000 };

/** The time that a message's echo through `cat` takes, on one connection, one message at a time. */
export const latency: Item = {
  name: "latency",
  metrics: [
    {
      name: "echo latency p50",
      unit: "µs",
      goals: [
        { relation: "<=", ratio: 1.2, to: "websocketd" },
        { relation: "<=", ratio: 1.15, to: "native" },
      ],
    },
    { name: "echo latency p99", unit: "µs" },
  ],
  async measure({ size, start }) {
    const { port } = await start(["cat"]);
    using client = await Client.connect(port);
    await roundTrips(client, WARM_UP[size]);
    const times = await roundTrips(client, ROUND_TRIPS[size]);
    return {
      "echo latency p50": percentile(times, 0.5),
      "echo latency p99": percentile(times, 0.99),
    };
  },
};

/** Sends a message and waits for its echo, so many times; returns what each took in µs. */
async function roundTrips(client: Client, count: number): Promise<number[]> {
  const frame = maskedFrame(new Uint8Array(PAYLOAD_BYTES).fill(0x78));
  const times: number[] = [];
  const before = client.received.messages;
  for (let i = 1; i <= count; i++) {
    const start = performance.now();
    await client.write(frame);
    await client.readUntil(before + i);
    times.push((performance.now() - start) * 1000);
  }
  return times;
}
