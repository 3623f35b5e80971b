import { totalmem } from "node:os";
import { MAX_WORKERS, WORKER_MEMORY } from "../base/limits.ts";
import type { Config } from "../config.ts";

/** The number of processes that a configuration asks for. */
export function workersOf({ workers }: Pick<Config["lifetime"], "workers">): number {
  // Of the processors that this process may use: the affinity counts, and the share of a container (cpu.max).
  if (workers !== "auto") return workers;
  // A machine with little memory has no use for more than it has room for.
  const most = Math.max(1, Math.min(MAX_WORKERS, Math.floor(totalmem() / WORKER_MEMORY)));
  return Math.min(navigator.hardwareConcurrency, most);
}

/** Why one process has to do although more are asked for; undefined where nothing is in the way. */
export function whyAlone({ once }: Pick<Config["lifetime"], "once">): string | undefined {
  if (Deno.build.os !== "linux") return "processes share a port on Linux alone";
  if (once) return "--once serves one connection";
  // Asks nobody: what is missing is missing, whatever a person would say to one of them.
  const missing = (["run", "ffi", "read", "write", "net", "env"] as const)
    .filter((name) => Deno.permissions.querySync({ name }).state !== "granted");
  if (missing.length > 0) {
    return `that needs -A, and Deno does not allow ${
      missing.map((name) => `--allow-${name}`).join(", ")
    }`;
  }
  try {
    Deno.readTextFileSync("/proc/self/cmdline");
  } catch {
    return "/proc/self/cmdline cannot be read, which Deno allows only with -A";
  }
  return undefined;
}
