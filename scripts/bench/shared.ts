import { digitsUpTo } from "./digits_up_to.ts";
import type { Item } from "./item.ts";
import { maskedFrame } from "./masked_frame.ts";
import { openListeners } from "./open_listeners.ts";

const CLIENTS = 100;
const LINES = { full: 30_000, quick: 6_000 };
// Writes as many lines as it is told to.
const PROGRAM = ["sh", "-c", "while read -r n; do seq 1 $n; done"];

/** The rate at which one program's lines reach a hundred clients: deliveries a second, to all together. */
export const shared: Item = {
  name: "shared",
  metrics: [{
    name: `shared by ${CLIENTS}`,
    unit: "msg/s",
    goals: [
      { relation: ">=", ratio: 2, to: "base-node" },
      { relation: ">=", ratio: 1, to: "native" },
    ],
  }],
  async measure({ contestant, size, start }) {
    if (!contestant.hasRoutes) return {};
    const { port } = await start({ kind: "shared", program: PROGRAM });
    using clients = await openListeners(port, CLIENTS);
    const [first] = clients.all;
    const ask = async (from: number, lines: number) => {
      await first?.write(maskedFrame(new TextEncoder().encode(String(lines))));
      await Promise.all(clients.all.map((client) => client.readUntil(from + lines)));
    };
    const [warmUp, lines] = [LINES[size] / 5, LINES[size]];
    await ask(0, warmUp);
    const begin = performance.now();
    await ask(warmUp, lines);
    const rate = CLIENTS * lines / (performance.now() - begin) * 1000;
    const bytes = digitsUpTo(warmUp) + digitsUpTo(lines);
    for (const { received } of clients.all) {
      if (received.payloadBytes === bytes) continue;
      throw new Error(`Got ${received.payloadBytes} bytes of seq: not ${bytes}`);
    }
    return { [`shared by ${CLIENTS}`]: rate };
  },
};
