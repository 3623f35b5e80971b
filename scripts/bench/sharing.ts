import { childrenOf } from "../../lib/process/proc.ts";
import type { Item, Trial } from "./item.ts";
import { openListeners } from "./open_listeners.ts";
import { readRss, settledRss } from "./settled_rss.ts";

const CLIENTS = 100;
const WARM_UP = 20;
// Says something now and then, so that those who come later hear of it as well.
const PROGRAM = ["sh", "-c", "while echo ready; do sleep 0.5; done"];

/** The memory of a hundred clients with a program each, as a multiple of that where they share one. */
export const sharing: Item = {
  name: "sharing",
  metrics: [{
    name: `memory, ${CLIENTS} programs to 1 shared`,
    unit: "×",
  }],
  mostRounds: 2,
  async measure({ contestant, start }) {
    if (!contestant.hasRoutes) return {};
    const each = await costOf(await start(PROGRAM));
    const shared = await costOf(await start({ kind: "shared", program: PROGRAM }));
    return { [`memory, ${CLIENTS} programs to 1 shared`]: each / shared };
  },
};

/** The memory in KiB that clients need, that of their programs included. */
async function costOf({ pid, port }: Awaited<ReturnType<Trial["start"]>>): Promise<number> {
  // The first connections load what all of them share.
  const before = await withClients(port, WARM_UP, () => settledRss(pid));
  return await withClients(port, CLIENTS, async () => {
    const own = await settledRss(pid) - before;
    const programs = await Promise.all(childrenOf(pid).map(readRss));
    return programs.reduce((sum, each) => sum + each, own);
  });
}

/** Opens so many connections, each of which hears of its program. */
async function withClients<T>(port: number, count: number, use: () => Promise<T>): Promise<T> {
  using clients = await openListeners(port, count);
  await Promise.all(clients.all.map((client) => client.readUntil(1)));
  return await use();
}
