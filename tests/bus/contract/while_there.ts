import type { Bus } from "../../../lib/bus/bus.ts";
import { Watched } from "./heard.ts";

/**
 * Does something while the engine is there all the time. What is cast while it is away is dropped, and on a machine that
 * is busy it may take so long for an answer that it is taken for away: then all of it is done once more.
 *
 * @param buses The servers that have a part in it.
 * @param run Is given a topic of its own each time.
 */
export async function whileThere<T>(
  buses: readonly Bus[],
  run: (topic: string) => Promise<T>,
): Promise<T> {
  for (let round = 1;; round++) {
    using stack = new DisposableStack();
    const watched = buses.map((bus) => stack.use(new Watched(bus)));
    for (const [at, bus] of buses.entries()) if (bus.isAway) await watched[at]?.until("back");
    const result = await run(`room ${round}`);
    if (!watched.some(({ events }) => events.includes("away"))) return result;
  }
}
