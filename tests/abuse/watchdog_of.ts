import { below } from "./possessions.ts";
import type { TestServer } from "../support/server.ts";

/** The process that watches a server, which is there when that says where it listens. */
export function watchdogOf({ pid }: TestServer): number {
  const found = below(pid).find((pid) => wordsOf(pid).includes("\0stdws-watchdog\0"));
  if (found === undefined) throw new Error(`Process ${pid} has no watchdog`);
  return found;
}

function wordsOf(pid: number): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/cmdline`);
  } catch {
    // It has ended meanwhile.
    return "";
  }
}
