import { Client } from "./client.ts";
import { digitsUpTo } from "./digits_up_to.ts";
import type { Item } from "./item.ts";

const LINES = { full: 1_000_000, quick: 200_000 };

// What a fast server writes within a millisecond is read at once: with this, the client takes 15 million
// lines a second, and is not what is measured.
const BUFFER = 1 << 20;

/** The rate at which a process's output reaches a client that only reads: `seq 1 1000000`. */
export const drain: Item = {
  name: "drain",
  metrics: [{
    name: "drain",
    unit: "msg/s",
    goals: [
      { relation: ">=", ratio: 15, to: "websocketd" },
      { relation: ">=", ratio: 1, to: "native" },
    ],
  }],
  async measure({ size, start }) {
    const lines = LINES[size];
    const { port } = await start(["seq", "1", String(lines)]);
    await readAll(port, lines);
    const begin = performance.now();
    await readAll(port, lines);
    return { drain: lines / (performance.now() - begin) * 1000 };
  },
};

/** Reads until the server closes, and makes sure that exactly the lines of `seq` came. */
async function readAll(port: number, lines: number): Promise<void> {
  using client = await Client.connect(port, { bufferSize: BUFFER, pause: 1 });
  while (!client.received.closed && await client.read());
  const { messages, payloadBytes } = client.received;
  if (messages !== lines) throw new Error(`Got ${messages} of the ${lines} messages of seq`);
  const bytes = digitsUpTo(lines);
  if (payloadBytes !== bytes) throw new Error(`Got ${payloadBytes} bytes of seq: not ${bytes}`);
}
