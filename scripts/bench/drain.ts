import { Client } from "./client.ts";
import type { Item } from "./item.ts";

const LINES = { full: 1_000_000, quick: 200_000 };

/** How fast the output of a process reaches a client that only reads: `seq 1 1000000`. */
export const drain: Item = {
  name: "drain",
  metrics: [{ name: "drain", unit: "msg/s", goal: { relation: ">=", ratio: 1.3 } }],
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
  using client = await Client.connect(port, { bufferSize: 256 * 1024, pause: 1 });
  while (!client.received.closed && await client.read());
  const { messages, payloadBytes } = client.received;
  if (messages !== lines) throw new Error(`Got ${messages} of the ${lines} messages of seq`);
  const bytes = digitsUpTo(lines);
  if (payloadBytes !== bytes) throw new Error(`Got ${payloadBytes} bytes of seq: not ${bytes}`);
}

/** How many digits the numbers from 1 to `last` have. */
function digitsUpTo(last: number): number {
  let digits = 0;
  for (let from = 1; from <= last; from *= 10) digits += last - from + 1;
  return digits;
}
