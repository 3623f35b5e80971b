import { UsageError } from "../../base/errors.ts";
import { Log, shareLog } from "../../base/log.ts";
import { LocalEngine } from "../../bus/local/local_engine.ts";
import type { Config } from "../../config.ts";
import { engineFor } from "../../listen/choose_engine.ts";
import type { EngineName } from "../../listen/engine.ts";
import type { InheritedSocket } from "../../listen/inherited_socket.ts";
import { AskAll } from "../../workers/ask/ask_all.ts";
import type { WorkerPlaces } from "../../workers/control.ts";
import { tcpAddresses } from "../../listen/tcp_addresses.ts";
import { expectMemory } from "../../workers/expect_memory.ts";
import { HeldSockets } from "../../workers/held_sockets.ts";
import { Ledger } from "../../workers/ledger/ledger.ts";
import { Parent } from "../../workers/parent.ts";
import type { ServiceHandlers } from "../../workers/services.ts";
import { WorkerFailure } from "../../workers/worker_failure.ts";
import { Hangups } from "../hangups.ts";
import { readConfig, type Reading, type Words } from "../read_config.ts";
import { reapOrphans } from "../reap_orphans.ts";
import { canChange } from "../reloading.ts";
import type { FoundAtStart } from "../serve_alone.ts";
import { ServiceManager } from "../service/service_manager.ts";
import { untilEnd } from "../until_end.ts";
import { WorkersReloading } from "./workers_reloading.ts";

const log = new Log();

/** Options of {@linkcode serveWithWorkers}: what the start has found. */
export interface WithWorkersOptions extends FoundAtStart {
  /** The number of workers, at least 2. */
  readonly count: number;
}

/**
 * Serves by several processes, and watches them: this one holds the sockets.
 *
 * @returns The exit code.
 * @throws {ListenError} If it cannot listen.
 * @throws {UsageError} If the engine cannot share what is listened on, or there is no memory for as many.
 */
export async function serveWithWorkers(
  args: Words,
  reading: Reading,
  { count, sockets: inherited, service, signal, signals, leaveHangup }: WithWorkersOptions,
): Promise<number> {
  expectMemory(count);
  shareLog();
  const { config } = reading;
  const places = placesOf(config, inherited);
  const { engine, port = 0 } = places.listen;
  if (engine === "native") expectReusePort(count);
  const { listen, admin } = config;
  using sockets = await HeldSockets.hold({
    listen: { ...listen, sockets: inherited },
    port,
    admin: admin?.at,
    count,
    engine,
  });
  let parent: Parent | undefined;
  using ledger = new Ledger();
  const all = new AskAll(() => parent);
  // Also where another bus joins the workers: a reload can change that, and it costs nothing.
  const bus = new LocalEngine({ log });
  using manager = new ServiceManager(service, Deno.pid, () => parent?.isAlive ?? true);
  using _reaper = reapOrphans();
  const reloads = config.listen.tls || canChange(reading) || manager.isThere;
  const hangups = reloads ? new Hangups(signals) : undefined;
  if (!hangups) leaveHangup();
  try {
    const services: ServiceHandlers = {
      bus: (channel, { number }) => bus.join(channel, `worker ${number}`),
      ledger: (channel) => ledger.attach(channel),
      ask: (channel, worker) => all.attach(channel, worker),
    };
    const started = Parent.start({ count, sockets, places, services }, signal);
    await using running = parent = await started;
    for (const line of running.lines) log.info("server", line);
    log.info("server", `Serving with ${count} workers`);
    const serving = `Serving at ${running.addresses.join(" ")} with ${count} workers`;
    const reloading = new WorkersReloading(reading, running, () => readConfig(args));
    running.onChanged = () => void reloading.changed();
    manager.ready(serving);
    hangups?.take(async () => {
      manager.reloading();
      await reloading.reload();
      manager.ready(serving);
    });
    return await untilEnd({
      get connections() {
        return running.loads.connections;
      },
      get requests() {
        return running.loads.requests;
      },
      get quietMs() {
        return running.loads.askQuietMs();
      },
      refresh: () => running.loads.refresh(),
      drain: () => running.drain(),
      shutdown: () => running.shutdown(),
    }, {
      ...config.lifetime,
      signal,
      signals,
      manager,
      served: new Promise(() => {}),
      shutdownMs: running.shutdownMs,
    });
  } catch (error) {
    // It has said itself why, to the same log.
    if (error instanceof WorkerFailure) return error.exitCode;
    throw error;
  }
}

/** The places of all workers. */
function placesOf(config: Config, sockets: readonly InheritedSocket[]): Places {
  const { tls, addresses, redirectPort, unixSocket } = config.listen;
  const hasPort = tcpAddresses({ ...config.listen, sockets }).length > 0;
  return {
    listen: {
      ...(hasPort ? { port: config.listen.port ?? (tls ? 443 : 80) } : {}),
      engine: engineFor({ ...config.listen, sockets }).name,
      ...(addresses ? { addresses } : {}),
      ...(redirectPort === undefined ? {} : { redirectPort }),
      ...(unixSocket ? { unixSocket } : {}),
    },
    ...(config.admin ? { admin: config.admin.at } : {}),
    sockets,
  };
}

interface Places extends Omit<WorkerPlaces, "held"> {
  readonly listen: WorkerPlaces["listen"] & { readonly engine: EngineName };
}

function expectReusePort(count: number): void {
  // The one sign of it that can be looked at.
  if ("listenDatagram" in Deno) return;
  throw new UsageError(
    `--workers=${count} cannot be used with --engine=native: Deno.serve shares a port only with --unstable-net, as deno run -A --unstable-net; leave the engine out`,
  );
}
