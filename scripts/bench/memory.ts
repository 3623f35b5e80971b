import { Client } from "./client.ts";
import type { Item } from "./item.ts";
import { readRss, settledRss } from "./settled_rss.ts";

const CONNECTIONS = { full: 1000, quick: 200 };
const WARM_UP = 20;
// V8 gives back what opening the connections needed for a while when it was idle for half a minute.
const IDLE = { full: 40_000, quick: 5_000 };

/** Memory that an idle connection through `cat` costs the server itself, without its processes. */
export const memory: Item = {
  name: "memory",
  metrics: [{
    name: "memory per idle connection",
    unit: "KiB",
    goals: [
      { relation: "<=", ratio: 1, to: "websocketd" },
      { relation: "<=", ratio: 1, to: "native" },
    ],
  }, {
    name: "memory per connection just opened",
    unit: "KiB",
  }],
  mostRounds: 2,
  async measure({ size, start }) {
    const { pid, port } = await start(["cat"]);
    // The first connections load what all of them share.
    await openIdle(port, WARM_UP, () => settledRss(pid));
    const before = await settledRss(pid);
    const [opened, idle] = await openIdle(port, CONNECTIONS[size], async () => {
      const opened = await settledRss(pid);
      await new Promise((resolve) => setTimeout(resolve, IDLE[size]));
      return [opened, await readRss(pid)];
    });
    return {
      "memory per idle connection": (idle - before) / CONNECTIONS[size],
      "memory per connection just opened": (opened - before) / CONNECTIONS[size],
    };
  },
};

/** Opens so many connections, and closes them when `use` is done. */
async function openIdle<T>(port: number, count: number, use: () => Promise<T>): Promise<T> {
  using clients = new DisposableStack();
  for (let i = 0; i < count; i++) clients.use(await Client.connect(port));
  return await use();
}
