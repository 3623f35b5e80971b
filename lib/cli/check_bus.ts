import { BusError, UsageError } from "../base/errors.ts";
import { readBusFile } from "../bus/bus_file.ts";
import type { BusPlace } from "../bus/bus_place.ts";
import { readAuthority } from "../bus/redis/read_authority.ts";
import { parseRedisUrl } from "../bus/redis/redis_terms.ts";

/**
 * Looks at the files of a bus, as a start does, without asking its engine.
 *
 * @returns What a person should know.
 * @throws {UsageError} If a start would fail.
 */
export async function checkBus(place: BusPlace | undefined): Promise<string[]> {
  if (place?.kind !== "file" && place?.kind !== "redis") return [];
  const notes: string[] = [];
  try {
    const { url } = place.kind === "file" ? await readBusFile(place.path) : place;
    const { ca, password } = parseRedisUrl(url);
    if (place.kind === "file" && password !== undefined && await isOpen(place.path)) {
      notes.push(`Warning: everybody on this machine can read the password in ${place.path}`);
    }
    if (ca !== undefined) await readAuthority(ca);
  } catch (error) {
    if (!(error instanceof BusError || error instanceof UsageError)) throw error;
    if (!(error.cause instanceof Deno.errors.NotCapable)) {
      throw error instanceof UsageError
        ? error
        : new UsageError(error.message, 1, { cause: error });
    }
    // What has to be allowed is what is asked.
    notes.push(`Warning: ${error.message}`);
  }
  return notes;
}

async function isOpen(path: string): Promise<boolean> {
  const { mode } = await Deno.stat(path);
  return Deno.build.os !== "windows" && ((mode ?? 0) & 0o004) !== 0;
}
