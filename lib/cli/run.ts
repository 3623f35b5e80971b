import { createApp } from "../app.ts";
import type { Config } from "../config.ts";
import type { Bus } from "../bus/bus.ts";
import type { Ended } from "../connection/ending_sentence.ts";
import { configureLog, flushLog, Log } from "../base/log.ts";
import { oneLine } from "../base/one_line.ts";
import { NAME, VERSION } from "../base/version.ts";
import { LAYERED } from "../handlers/flags.ts";
import { kindNamed } from "../handlers/registry.ts";
import { hasProc } from "../process/proc.ts";
import { startReaper } from "../process/reaper.ts";
import { startWatchdog } from "../process/watchdog.ts";
import { serve } from "../serve.ts";
import { parseArgs } from "./args.ts";
import { check } from "./check.ts";
import { checkPrograms } from "./check_programs.ts";
import { connect } from "./connect.ts";
import { variableOf } from "./environment.ts";
import { exitOf } from "./exit.ts";
import { LICENSE } from "./license.ts";
import { print, printBriefly } from "./print.ts";
import { readConfig, type Reading, type Words } from "./read_config.ts";
import { Reloading } from "./reloading.ts";
import { inheritedSockets } from "./service/inherited_sockets.ts";
import { takeServiceVariables } from "./service/service_variables.ts";
import { ServiceManager } from "./service/service_manager.ts";
import { startLines } from "./start_lines.ts";
import { UnknownNameError } from "./unknown_name_error.ts";
import { type Signals, untilEnd } from "./until_end.ts";
import { unreached } from "./unreached.ts";

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
  const reading = await readConfig(args);
  const { config } = reading;
  // Listened for before anybody can know that the server runs.
  const signal = signals.next();
  configureLog(config.log);
  // Before anything is started that would get them as well.
  const service = takeServiceVariables();
  const { sockets, warning: untaken } = inheritedSockets(service, Deno.pid);
  if (untaken) log.info("server", untaken);
  using manager = new ServiceManager(service, Deno.pid);
  for (const warning of await warningsOf(reading)) log.info("server", warning);
  const served = Promise.withResolvers<Ended>();
  await using bus = await busOf(config);
  const app = await createApp({ ...config, listen: { ...config.listen, sockets } }, {
    ...(config.lifetime.once ? { ended: served.resolve } : {}),
    ...(bus ? { bus } : {}),
  });
  for (const line of unreached(app.routes)) log.info("server", `Warning: ${line}`);
  const server = await serve(app);
  const reloading = new Reloading(args, reading, { app, server });
  // Otherwise it stays what it is to programs: the end, or nothing after `nohup`.
  const changes = reading.file !== undefined || config.handlersDir !== undefined ||
    config.routes.some(({ handler }) => kindNamed(handler).watched);
  const serving = `Serving at ${server.addresses.join(" ")}`;
  if (config.listen.tls || changes || manager.isThere) {
    signals.onHangup(async () => {
      manager.reloading();
      server.reload();
      if (changes) await reloading.reload();
      manager.ready(serving);
    });
  }
  using _watching = config.watch ? app.modules.watch(() => reloading.reload()) : undefined;
  const watchdog = startsPrograms(reading) ? watch() : undefined;
  using _reaper = Deno.pid === 1 ? reap() : undefined;
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

async function busOf({ bus, dispatch: { acceptMs } }: Config): Promise<Bus | undefined> {
  if (!bus) return undefined;
  // Loaded only where it is used: it makes the start slower.
  const { openBus } = await import("../bus/open_bus.ts");
  return await openBus(bus, { log, ...(acceptMs === undefined ? {} : { acceptMs }) });
}

async function printCheck(args: Words): Promise<number> {
  const reading = await readConfig(args);
  for (const warning of await warningsOf(reading)) {
    await printBriefly(Deno.stderr, `${NAME}: ${oneLine(warning)}\n`);
  }
  const app = await createApp(reading.config);
  const warnings = unreached(app.routes).map((line) => `Warning: ${line}`);
  for (const line of [...warnings, ...checkPrograms(app.routes.map(({ config }) => config))]) {
    await printBriefly(Deno.stderr, `${NAME}: ${oneLine(line)}\n`);
  }
  await print(Deno.stdout, check(reading, app.routes, args));
  return 0;
}

async function warningsOf({ unknown, unset }: Reading): Promise<string[]> {
  const warnings: string[] = [];
  if (unset.length > 0) {
    warnings.push(`Warning: these variables count as not set: ${unset.join(", ")}`);
  }
  if (unknown.length > 0) {
    const { closest } = await import("./closest.ts");
    const known = LAYERED.map(variableOf);
    const names = unknown.map((name) => name + closest(name, known));
    warnings.push(`Warning: no option has the name of these variables: ${names.join(", ")}`);
  }
  return warnings;
}

function watch(): AsyncDisposable | undefined {
  if (Deno.build.os === "linux" && !hasProc()) {
    log.info(
      "server",
      "Warning: /proc cannot be read, which Deno allows only with -A: programs are ended, but not what they have started",
    );
  }
  return startWatchdog();
}

/** For the first process of a container. */
function reap(): Disposable | undefined {
  const reaper = startReaper();
  if (!reaper) {
    log.info(
      "server",
      "Warning: the first process of a container inherits what has lost its parent, and without FFI (-A) nobody reaps that: start an init before it, as docker run --init does",
    );
  }
  return reaper;
}

function startsPrograms({ config, file }: Reading): boolean {
  const { routes, otherwise, pages } = config;
  // A file can have a route that does, when it is read again.
  if (file !== undefined) return true;
  return [...routes, ...(otherwise ? [otherwise] : []), ...pages]
    .some(({ handler }) => kindNamed(handler).runs);
}
