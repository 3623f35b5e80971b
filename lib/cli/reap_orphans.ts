import { Log } from "../base/log.ts";
import { startReaper } from "../process/reaper.ts";

const log = new Log();

/** Takes the statuses of processes without a parent, where this is the first process of a container. */
export function reapOrphans(): Disposable | undefined {
  if (Deno.pid !== 1) return undefined;
  const reaper = startReaper();
  if (!reaper) {
    log.info(
      "server",
      "Warning: the first process of a container inherits what has lost its parent, and without FFI (-A) nobody reaps that: start an init before it, as docker run --init does",
    );
  }
  return reaper;
}
