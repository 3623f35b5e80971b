import { dirname } from "node:path";
import { createApp } from "../../app.ts";
import { configureLog, Log, type LogSharing, shareLog } from "../../base/log.ts";
import type { Config } from "../../config.ts";
import { serve } from "../../serve.ts";
import { claimSockets } from "../../listen/claim_sockets.ts";
import type { WorkerPlaces } from "../../workers/control.ts";
import { expectEnd } from "../../process/expected_end.ts";
import { joinOthers } from "../../workers/ask/join_others.ts";
import { type Joined, joinParent } from "../../workers/join_parent.ts";
import { joinLedger } from "../../workers/ledger/join_ledger.ts";
import { busOf } from "../bus_of.ts";
import { guardPrograms } from "../guard_programs.ts";
import { readConfig, type Words } from "../read_config.ts";
import { Reloading } from "../reloading.ts";
import { startLines } from "../start_lines.ts";
import { unlessEnded } from "../unless_ended.ts";
import { unreached } from "../unreached.ts";
import { type Signals, untilEnd } from "../until_end.ts";
import { Orders } from "./orders.ts";

const log = new Log();

// Longer than a parent needs to hear of a signal and to give its orders on a machine that is busy, in ms.
const ORDER_TIME = 10_000;

/**
 * Serves as a worker, as its parent says.
 *
 * @param path The way to the parent.
 * @returns The exit code.
 * @throws {StartEnded} If it is to end, or the parent has gone, before it serves.
 * @throws Whatever else ends a start; the parent has the same exit code then.
 */
export async function serveAsWorker(path: string, args: Words, signals: Signals): Promise<number> {
  // They are the parent's, also where all processes of a group get them.
  awaitOrders(signals);
  signals.onHangup(() => {});
  const joined = await joinParent(path);
  const { control, places } = joined;
  const orders = new Orders(joined, () => cleanUpAfter(path));
  // A module may start a program when it is loaded, and that would keep the port when all of this has ended.
  claimSockets(places);
  const reading = await readConfig(args);
  configureLog(reading.config.log);
  shareLog(sharingOf(joined));
  const config = atPlaces(reading.config, places);
  await using bus = await unlessEnded(orders.ending, busOf(config, joined.channels.bus));
  const making = createApp(config, {
    ...joinLedger(joined.channels.ledger, config),
    ...(bus ? { bus } : {}),
    others: joinOthers(joined.channels.ask, joined.number),
  });
  const app = await unlessEnded(orders.ending, making);
  app.modules.tells = joined.number === 1;
  const server = await serve(app);
  const reloading = new Reloading(args, reading, { app, server });
  orders.obey({
    get load() {
      const { connections, requests, quietMs } = server;
      return { connections, requests, quietMs };
    },
    reload({ routes, tells }) {
      server.reload();
      return routes ? reloading.reload({ tells, tellsStale: false }) : Promise.resolve(undefined);
    },
    retire: () => server.retire(),
  });
  using _watching = config.watch
    ? app.modules.watch(() => {
      // The parent has all workers reload, one after the other.
      control.say({ kind: "changed" });
      return Promise.resolve();
    })
    : undefined;
  const watchdog = guardPrograms(reading);
  const warnings = unreached(app.routes).map((line) => `Warning: ${line}`);
  const lines = [...warnings, ...startLines(config, app, server)];
  const { addresses } = server;
  control.say({ kind: "ready", lines, addresses, shutdownMs: app.shutdownMs });
  const code = await untilEnd(server, {
    drainMs: config.lifetime.drainMs,
    signal: orders.ending,
    signals: { next: () => orders.again },
    manager: { stopping() {} },
    served: new Promise(() => {}),
    shutdownMs: app.shutdownMs,
    tell: (line) => log.debug("server", line),
  });
  await watchdog?.[Symbol.asyncDispose]();
  return code;
}

/** Has it be expected at each signal that the parent has got the same one, and orders the end. */
async function awaitOrders(signals: Pick<Signals, "next">): Promise<void> {
  for (;;) {
    await signals.next();
    expectEnd(ORDER_TIME);
  }
}

/** Has the parent write what other workers would write as well. */
function sharingOf({ number, control, closed }: Joined): LogSharing {
  let isThere = true;
  closed.then(() => isThere = false);
  return {
    worker: `${number}`,
    tell(line) {
      if (isThere) control.say({ kind: "line", line });
      return isThere;
    },
  };
}

/** Removes what a parent that was killed has left; whichever worker is first. */
function cleanUpAfter(path: string): void {
  for (const left of [path, dirname(path)]) {
    try {
      Deno.removeSync(left);
    } catch {
      // Another one has done it.
    }
  }
}

/** A configuration that listens where the parent does. */
function atPlaces(config: Config, { listen, admin, held, sockets }: WorkerPlaces): Config {
  const { port: _port, addresses: _, redirectPort: _r, unixSocket: _u, ...others } = config.listen;
  const { admin: said, ...rest } = config;
  return {
    ...rest,
    ...(said && admin ? { admin: { ...said, at: admin } } : {}),
    listen: { ...others, ...listen, held: [...held], sockets },
  };
}
