import { below } from "./possessions.ts";
import type { TestServer } from "../support/server.ts";

/** The process that watches a server, which is started when it listens already. */
export async function watchdogOf({ pid }: TestServer): Promise<number> {
  for (;;) {
    const found = below(pid).find((pid) => {
      return Deno.readTextFileSync(`/proc/${pid}/cmdline`).includes("\0stdws-watchdog\0");
    });
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
