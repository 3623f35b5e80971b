import { Log } from "../base/log.ts";
import type { Bus, Channel } from "../bus/bus.ts";
import type { Config } from "../config.ts";

/**
 * Joins a server with others, as its configuration says it: a worker with the others of its parent, where nobody has
 * said anything else.
 *
 * @param channel The way to the parent, where it is a worker.
 * @returns undefined where it is for itself.
 * @throws {UsageError} If it cannot be joined.
 */
export async function busOf(
  { bus, dispatch: { acceptMs } }: Config,
  channel?: Channel,
): Promise<Bus | undefined> {
  const place = bus ?? (channel ? { kind: "local" } as const : undefined);
  if (!place) return undefined;
  // Loaded only where it is used: it makes the start slower.
  const { openBus } = await import("../bus/open_bus.ts");
  return await openBus(place, { log, channel, ...(acceptMs === undefined ? {} : { acceptMs }) });
}

const log = new Log();
