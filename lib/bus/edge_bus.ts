import { messageOf, UsageError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import type { Bus } from "./bus.ts";
import { parseBusPlace, withoutPassword } from "./bus_place.ts";
import { openBus } from "./open_bus.ts";

/** The variable that says what joins instances of the edge app. */
export const EDGE_BUS = "STDWS_BUS";

const EXPECTED = "expected kv, kv:PATH, redis://HOST:PORT or rediss://HOST:PORT";

/**
 * Joins an instance of the edge app with the others.
 *
 * @param text The value of the variable: `kv` is the platform's Deno KV, `kv:PATH` a file of it, a URL Redis.
 * @returns undefined where it is empty: then each instance is for itself.
 * @throws {UsageError} If it cannot be what was asked for.
 */
export async function edgeBus(text: string, log: Log): Promise<Bus | undefined> {
  if (text === "") return undefined;
  const [, path] = /^kv(?::(.+))?$/s.exec(text) ?? [];
  if (text === "kv" || path !== undefined) return await openKv(text, path, log);
  const place = parseBusPlace(text);
  if (place?.kind === "redis") return await openBus(place, { log });
  throw new UsageError(`Cannot use ${EDGE_BUS}=${withoutPassword(text)}: ${EXPECTED}`);
}

async function openKv(text: string, path: string | undefined, log: Log): Promise<Bus> {
  // Its types know nothing of the flag.
  const open = Deno.openKv as typeof Deno.openKv | undefined;
  if (!open) {
    throw new UsageError(`Cannot use ${EDGE_BUS}=${text}: Deno needs --unstable-kv for it`);
  }
  const { KvBus } = await import("./kv/kv_bus.ts");
  try {
    return new KvBus(await open(path), { name: text, log });
  } catch (error) {
    throw new UsageError(`Cannot use ${EDGE_BUS}=${text}: ${messageOf(error)}`);
  }
}
