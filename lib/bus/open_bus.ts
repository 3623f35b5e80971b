import type { Log } from "../base/log.ts";
import type { Bus, Channel } from "./bus.ts";
import { readBusFile } from "./bus_file.ts";
import type { BusPlace } from "./bus_place.ts";

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
      return await openBus(await readBusFile(place.path), options);
  }
}
