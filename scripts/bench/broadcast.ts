import { Client } from "./client.ts";
import { openListeners } from "./open_listeners.ts";
import type { Item } from "./item.ts";
import { maskedFrame } from "./masked_frame.ts";

const LISTENERS = 100;
const MESSAGES = { full: 30_000, quick: 6_000 };
const PAYLOAD_BYTES = 32;
// Written together; that much more is sent before everybody has the one before.
const STEP = 500;
const FRAMES = maskedFrame(new Uint8Array(PAYLOAD_BYTES).fill(0x78), { copies: STEP });

/** The rate at which one client's messages reach a hundred others: deliveries a second, to all together. */
export const broadcast: Item = {
  name: "broadcast",
  metrics: [{
    name: `broadcast to ${LISTENERS}`,
    unit: "msg/s",
    goals: [
      { relation: ">=", ratio: 2, to: "base-node" },
      { relation: ">=", ratio: 1, to: "native" },
    ],
  }],
  async measure({ contestant, size, start }) {
    if (!contestant.hasRoutes) return {};
    const { port } = await start({ kind: "broadcast", program: [] });
    using listeners = await openListeners(port, LISTENERS);
    using speaker = await Client.connect(port);
    const messages = MESSAGES[size];
    await speak(speaker, listeners.all, messages / 5);
    const begin = performance.now();
    await speak(speaker, listeners.all, messages);
    const rate = LISTENERS * messages / (performance.now() - begin) * 1000;
    for (const { received } of listeners.all) {
      const bytes = received.messages * PAYLOAD_BYTES;
      if (received.payloadBytes === bytes) continue;
      throw new Error(`Got ${received.payloadBytes} bytes in messages of ${bytes}`);
    }
    return { [`broadcast to ${LISTENERS}`]: rate };
  },
};

/** Says so much, and waits until all have heard it; nobody has more than two steps before him. */
async function speak(speaker: Client, all: readonly Client[], messages: number): Promise<void> {
  const before = all[0]?.received.messages ?? 0;
  for (let sent = 0; sent < messages; sent += STEP) {
    await speaker.write(FRAMES);
    await Promise.all(all.map((client) => client.readUntil(before + sent)));
  }
  await Promise.all(all.map((client) => client.readUntil(before + messages)));
}
