import { Log } from "../base/log.ts";
import { kindNamed } from "../handlers/registry.ts";
import { hasProc } from "../process/proc.ts";
import { startWatchdog } from "../process/watchdog.ts";
import type { Reading } from "./read_config.ts";

const log = new Log();

/** Has programs end with this process, however that ends, where some are started. */
export function guardPrograms(reading: Reading): AsyncDisposable | undefined {
  if (!startsPrograms(reading)) return undefined;
  if (Deno.build.os === "linux" && !hasProc()) {
    log.together(
      "info",
      "server",
      "Warning: /proc cannot be read, which Deno allows only with -A: programs are ended, but not what they have started",
    );
  }
  return startWatchdog();
}

function startsPrograms({ config, file }: Reading): boolean {
  const { routes, otherwise, pages } = config;
  // A file can have a route that does, when it is read again.
  if (file !== undefined) return true;
  return [...routes, ...(otherwise ? [otherwise] : []), ...pages]
    .some(({ handler }) => kindNamed(handler).runs);
}
