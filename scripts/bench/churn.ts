import { Client } from "./client.ts";
import type { Item } from "./item.ts";
import { maskedFrame } from "./masked_frame.ts";

const WORKERS = 8;
const CONNECTIONS = { full: 1000, quick: 300 };
const WARM_UP = { full: 200, quick: 100 };
const HELLO = maskedFrame(new Uint8Array(32).fill(0x78));

/** Short connections a second: connect, one message, its echo through `cat`, close. */
export const churn: Item = {
  name: "churn",
  metrics: [{
    name: "churn",
    unit: "conn/s",
    goals: [
      { relation: ">=", ratio: 0.6, to: "websocketd" },
      { relation: ">=", ratio: 0.95, to: "native" },
    ],
  }],
  async measure({ size, start }) {
    const { port } = await start(["cat"]);
    await visit(port, WARM_UP[size]);
    const begin = performance.now();
    await visit(port, CONNECTIONS[size]);
    return { churn: CONNECTIONS[size] / (performance.now() - begin) * 1000 };
  },
};

/** Makes so many connections, a few at a time. */
async function visit(port: number, connections: number): Promise<void> {
  let left = connections;
  const worker = async () => {
    while (left-- > 0) {
      using client = await Client.connect(port);
      await client.write(HELLO);
      await client.readUntil(1);
      await client.close();
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));
}
