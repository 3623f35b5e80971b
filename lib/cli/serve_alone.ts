import { createApp } from "../app.ts";
import { Log } from "../base/log.ts";
import type { Ended } from "../connection/ending_sentence.ts";
import { serve } from "../serve.ts";
import { busOf } from "./bus_of.ts";
import { guardPrograms } from "./guard_programs.ts";
import { Hangups } from "./hangups.ts";
import type { Reading, Words } from "./read_config.ts";
import { reapOrphans } from "./reap_orphans.ts";
import { canChange, Reloading } from "./reloading.ts";
import type { Inherited } from "./service/inherited_sockets.ts";
import { ServiceManager } from "./service/service_manager.ts";
import type { ServiceVariables } from "./service/service_variables.ts";
import { startLines } from "./start_lines.ts";
import { unlessEnded } from "./unless_ended.ts";
import { unreached } from "./unreached.ts";
import { type Signals, untilEnd } from "./until_end.ts";

const log = new Log();

/** The findings of a start before it begins to serve. */
export interface FoundAtStart extends Pick<Inherited, "sockets"> {
  readonly service: ServiceVariables;
  /** The first signal, listened for since the start. */
  readonly signal: Promise<number>;
  readonly signals: Signals;
  /** Leaves SIGHUP ignored for all that is started, where it is. */
  readonly leaveHangup: () => void;
}

/**
 * Serves by this process alone, until a signal comes or there is nothing more to do.
 *
 * @returns The exit code.
 * @throws {StartEnded} If the signal comes before it serves.
 * @throws Whatever else ends a start.
 */
export async function serveAlone(
  args: Words,
  reading: Reading,
  { sockets, service, signal, signals, leaveHangup }: FoundAtStart,
): Promise<number> {
  const { config } = reading;
  using manager = new ServiceManager(service, Deno.pid);
  const changes = canChange(reading);
  const reloads = config.listen.tls || changes || manager.isThere;
  // Otherwise it stays what it is to programs: the end, or nothing after `nohup`.
  const hangups = reloads ? new Hangups(signals) : undefined;
  if (!hangups) leaveHangup();
  const served = Promise.withResolvers<Ended>();
  await using bus = await unlessEnded(signal, busOf(config));
  const making = createApp({ ...config, listen: { ...config.listen, sockets } }, {
    ...(config.lifetime.once ? { ended: served.resolve } : {}),
    ...(bus ? { bus } : {}),
  });
  const app = await unlessEnded(signal, making);
  for (const line of unreached(app.routes)) log.info("server", `Warning: ${line}`);
  const server = await serve(app);
  const reloading = new Reloading(args, reading, { app, server });
  const serving = `Serving at ${server.addresses.join(" ")}`;
  using _watching = config.watch ? app.modules.watch(() => reloading.reload()) : undefined;
  const watchdog = guardPrograms(reading);
  using _reaper = reapOrphans();
  for (const line of startLines(config, app, server)) log.info("server", line);
  manager.ready(serving);
  hangups?.take(async () => {
    manager.reloading();
    server.reload();
    if (changes) await reloading.reload();
    manager.ready(serving);
  });
  const code = await untilEnd(server, {
    ...config.lifetime,
    signal,
    signals,
    manager,
    served: served.promise,
    shutdownMs: app.shutdownMs,
  });
  await watchdog?.[Symbol.asyncDispose]();
  return code;
}
