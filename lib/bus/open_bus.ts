import { messageOf, UsageError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import type { Bus, Channel } from "./bus.ts";
import { BUS_PLACE, type BusPlace, parseBusPlace } from "./bus_place.ts";

/** Options of {@linkcode openBus}. */
export interface OpenBusOptions {
  readonly log: Log;
  /** Milliseconds that a claim may take; default 10,000. */
  readonly acceptMs?: number;
  /** The way to the parent, where this server is one of its workers. */
  readonly channel?: Channel | undefined;
}

/**
 * Joins a server with others. Drivers are loaded only where they are used.
 *
 * @returns The bus, which whoever has asked disposes; undefined where the server is for itself.
 * @throws {UsageError} If it cannot be what was asked for.
 * @throws {BusError} If the engine refuses this server for good, as with a wrong password.
 */
export async function openBus(
  place: BusPlace,
  options: OpenBusOptions,
): Promise<Bus | undefined> {
  switch (place.kind) {
    case "off":
      return undefined;
    case "local": {
      const { channel } = options;
      if (!channel) return undefined;
      const { LocalBus } = await import("./local/local_bus.ts");
      return new LocalBus(channel, options);
    }
    case "redis": {
      const { RedisBus } = await import("./redis/redis_bus.ts");
      return await RedisBus.open(place.url, options);
    }
    case "file":
      return await openBus(await readPlace(place.path), options);
  }
}

async function readPlace(path: string): Promise<BusPlace> {
  let text: string;
  try {
    text = (await Deno.readTextFile(path)).trim();
  } catch (error) {
    throw new UsageError(`Cannot read --bus=file:${path}: ${messageOf(error)}`);
  }
  const place = parseBusPlace(text);
  if (place?.kind === "redis") return place;
  // It may be a URL with a password that is mistaken: it is not said.
  throw new UsageError(`Cannot use --bus=file:${path}: expected a URL in it, one of ${BUS_PLACE}`);
}
