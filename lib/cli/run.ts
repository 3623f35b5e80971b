import { createApp } from "../app.ts";
import type { Ended } from "../connection/ending_sentence.ts";
import { configureLog, flushLog, Log } from "../base/log.ts";
import { oneLine } from "../base/one_line.ts";
import { NAME, VERSION } from "../base/version.ts";
import { claimSockets } from "../listen/claim_sockets.ts";
import { serve } from "../serve.ts";
import { takeWorkerVariable } from "../workers/worker_variable.ts";
import { whyAlone, workersOf } from "../workers/why_alone.ts";
import { parseArgs } from "./args.ts";
import { busOf } from "./bus_of.ts";
import { check } from "./check.ts";
import { checkBus } from "./check_bus.ts";
import { checkPrograms } from "./check_programs.ts";
import { connect } from "./connect.ts";
import { exitOf } from "./exit.ts";
import { guardPrograms } from "./guard_programs.ts";
import { keepHangup } from "./keep_hangup.ts";
import { keepStatuses } from "./keep_statuses.ts";
import { LICENSE } from "./license.ts";
import { print, printBriefly } from "./print.ts";
import { readConfig, type Words } from "./read_config.ts";
import { reapOrphans } from "./reap_orphans.ts";
import { canChange, Reloading } from "./reloading.ts";
import { inheritedSockets } from "./service/inherited_sockets.ts";
import { takeServiceVariables } from "./service/service_variables.ts";
import { ServiceManager } from "./service/service_manager.ts";
import { startLines } from "./start_lines.ts";
import { UnknownNameError } from "./unknown_name_error.ts";
import { type Signals, untilEnd } from "./until_end.ts";
import { unreached } from "./unreached.ts";
import { warningsOf } from "./warnings_of.ts";

const log = new Log();

const texts = {
  version: () => `${NAME} ${VERSION}\n`,
  license: () => LICENSE,
};

/**
 * Does what a command line says.
 *
 * @returns The exit code.
 */
export async function run(argv: readonly string[], signals: Signals): Promise<number> {
  try {
    return await runOrFail(argv, signals);
  } finally {
    await flushLog();
  }
}

async function runOrFail(argv: readonly string[], signals: Signals): Promise<number> {
  try {
    const args = parseArgs(argv);
    switch (args.kind) {
      case "serve":
        return await serveUntilSignal(args, signals);
      case "check":
        return await printCheck(args);
      case "connect":
        return await connect(args.url, args.options, signals);
      case "help":
        await printHelp(args);
        return 0;
      default:
        await print(Deno.stdout, texts[args.kind]());
        return 0;
    }
  } catch (error) {
    const exit = exitOf(await hinted(error));
    if (exit.fatal) log.fatal("server", exit.fatal);
    if (exit.stderr) await printBriefly(Deno.stderr, exit.stderr);
    return exit.code;
  }
}

async function printHelp({ topic, word = "" }: { topic?: string; word?: string }): Promise<void> {
  // Not before: what a start does not need makes it slower.
  const { bold, hasHelp, help } = await import("./help.ts");
  const text = help(topic ?? (hasHelp(word) ? word : undefined));
  await print(Deno.stdout, Deno.stdout.isTerminal() && !Deno.noColor ? bold(text) : text);
}

/** Has a name that there is not tell which one was probably meant. */
async function hinted(error: unknown): Promise<unknown> {
  if (!(error instanceof UnknownNameError)) return error;
  // Not before: what a start does not need makes it slower.
  const { closest } = await import("./closest.ts");
  return error.hinted(closest);
}

async function serveUntilSignal(args: Words, signals: Signals): Promise<number> {
  const leaveHangup = keepHangup();
  keepStatuses();
  // Before the variables of options are looked at, and before anything is started that would get it as well.
  const parent = takeWorkerVariable();
  if (parent !== undefined) {
    leaveHangup();
    const { serveAsWorker } = await import("./workers/serve_as_worker.ts");
    return await serveAsWorker(parent, args, signals);
  }
  const reading = await readConfig(args);
  const { config } = reading;
  // Listened for before anybody can know that the server runs.
  const signal = signals.next();
  configureLog(config.log);
  // Before anything is started that would get them as well.
  const service = takeServiceVariables();
  const { sockets, warning: untaken } = inheritedSockets(service, Deno.pid);
  if (untaken) log.info("server", untaken);
  claimSockets({ sockets });
  for (const warning of await warningsOf(reading)) log.info("server", warning);
  const count = workersOf(config.lifetime);
  if (count > 1) {
    const why = whyAlone(config.lifetime);
    if (why === undefined) {
      // Loaded only where it is used: it makes the start slower.
      const { serveWithWorkers } = await import("./workers/serve_with_workers.ts");
      return await serveWithWorkers(args, reading, {
        count,
        sockets,
        service,
        signal,
        signals,
        leaveHangup,
      });
    }
    log.info("server", `Serving with one process in place of ${count}: ${why}`);
  }
  using manager = new ServiceManager(service, Deno.pid);
  const changes = canChange(reading);
  const reloads = config.listen.tls || changes || manager.isThere;
  // Then it stays what it is to programs: the end, or nothing after `nohup`.
  if (!reloads) leaveHangup();
  const served = Promise.withResolvers<Ended>();
  await using bus = await busOf(config);
  const app = await createApp({ ...config, listen: { ...config.listen, sockets } }, {
    ...(config.lifetime.once ? { ended: served.resolve } : {}),
    ...(bus ? { bus } : {}),
  });
  for (const line of unreached(app.routes)) log.info("server", `Warning: ${line}`);
  const server = await serve(app);
  const reloading = new Reloading(args, reading, { app, server });
  const serving = `Serving at ${server.addresses.join(" ")}`;
  if (reloads) {
    signals.onHangup(async () => {
      manager.reloading();
      server.reload();
      if (changes) await reloading.reload();
      manager.ready(serving);
    });
  }
  using _watching = config.watch ? app.modules.watch(() => reloading.reload()) : undefined;
  const watchdog = guardPrograms(reading);
  using _reaper = reapOrphans();
  for (const line of startLines(config, app, server)) log.info("server", line);
  manager.ready(serving);
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

async function printCheck(args: Words): Promise<number> {
  const reading = await readConfig(args);
  for (const warning of await warningsOf(reading)) {
    await printBriefly(Deno.stderr, `${NAME}: ${oneLine(warning)}\n`);
  }
  const app = await createApp(reading.config);
  const warnings = unreached(app.routes).map((line) => `Warning: ${line}`);
  const programs = checkPrograms(app.routes.map(({ config }) => config));
  for (const line of [...warnings, ...await checkBus(reading.config.bus), ...programs]) {
    await printBriefly(Deno.stderr, `${NAME}: ${oneLine(line)}\n`);
  }
  await print(Deno.stdout, check(reading, app.routes, args));
  return 0;
}
