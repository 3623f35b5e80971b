import { BusError } from "../../base/errors.ts";
import type { Client } from "./redis_client.d.ts";
import { type ScriptName, SCRIPTS } from "./scripts.ts";

/**
 * Loads the scripts, and looks whether it is one that can be the engine.
 *
 * @throws {BusError} If it is too old.
 * @throws {Error} If it is a replica.
 */
export async function greet(client: Client): Promise<Greeting> {
  const [server, replication, ...loaded] = await Promise.all([
    client.sendCommand(["INFO", "server"]),
    client.sendCommand(["INFO", "replication"]),
    ...Object.values(SCRIPTS).map((text) => client.sendCommand(["SCRIPT", "LOAD", text])),
  ]);
  const [, version = "0"] = /^redis_version:(\S+)/m.exec(String(server)) ?? [];
  const [, run = "none"] = /^run_id:(\w+)/m.exec(String(server)) ?? [];
  const [, up = "0"] = /^uptime_in_seconds:(\d+)/m.exec(String(server)) ?? [];
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < 6 || (major === 6 && minor < 2)) {
    throw new BusError(`Cannot use a Redis ${version}: expected 6.2 or later, or Valkey`);
  }
  if (/^role:slave/m.test(String(replication))) throw new Error("it is a replica");
  const names = Object.keys(SCRIPTS) as ScriptName[];
  return {
    run,
    startedBefore: performance.now() - Number(up) * 1_000,
    hashes: new Map(names.map((name, at) => [name, String(loaded[at])])),
  };
}

/** Facts about a Redis. */
export interface Greeting {
  /** The id of its run: another one after each start. */
  readonly run: string;
  /** A time of the clock of this server at which that had begun. */
  readonly startedBefore: number;
  /** The hashes of the scripts that it has loaded. */
  readonly hashes: ReadonlyMap<ScriptName, string>;
}
