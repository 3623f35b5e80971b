import { createApp } from "../app.ts";
import { messageOf } from "../base/errors.ts";
import { configureLog, flushLog, Log } from "../base/log.ts";
import { oneLine } from "../base/one_line.ts";
import { NAME, VERSION } from "../base/version.ts";
import { kindNamed } from "../handlers/registry.ts";
import { hasProc } from "../process/proc.ts";
import { killAll } from "../process/tree.ts";
import { startWatchdog } from "../process/watchdog.ts";
import { serve, type Server } from "../serve.ts";
import { parseArgs } from "./args.ts";
import { check } from "./check.ts";
import { connect } from "./connect.ts";
import { exitOf } from "./exit.ts";
import { help } from "./help.ts";
import { LICENSE } from "./license.ts";
import { print, printBriefly } from "./print.ts";
import { readConfig, type Reading, type Words } from "./read_config.ts";
import { Reloading } from "./reloading.ts";
import { startLines } from "./start_lines.ts";
import { UnknownNameError } from "./unknown_name_error.ts";

const log = new Log();

const texts = {
  help,
  version: () => `${NAME} ${VERSION}\n`,
  license: () => LICENSE,
};

/** Signals that the system sends to the program. */
export interface Signals {
  /** Resolves at the next signal that asks the program to end, to its number. */
  next(): Promise<number>;
  /** Calls this at every signal that asks for what has changed to be taken up (SIGHUP). */
  onHangup(listener: () => void): void;
}

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
  for (const warning of warningsOf(reading)) log.info("server", warning);
  const app = await createApp(config);
  const server = await serve(app);
  const reloading = new Reloading(args, reading, { app, server });
  // Otherwise it stays what it is to programs: the end, or nothing after `nohup`.
  const changes = reading.file !== undefined || config.handlersDir !== undefined ||
    config.routes.some(({ handler }) => kindNamed(handler).watched);
  if (config.listen.tls || changes) {
    signals.onHangup(() => {
      server.reload();
      if (changes) reloading.reload();
    });
  }
  using _watching = config.watch ? app.modules.watch(() => reloading.reload()) : undefined;
  const watchdog = startsPrograms(reading) ? watch() : undefined;
  for (const line of startLines(config, app, server)) log.info("server", line);
  const code = await untilSignal(server, signal, signals);
  await watchdog?.[Symbol.asyncDispose]();
  return code;
}

async function printCheck(args: Words): Promise<number> {
  const reading = await readConfig(args);
  for (const warning of warningsOf(reading)) {
    await printBriefly(Deno.stderr, `${NAME}: ${oneLine(warning)}\n`);
  }
  const app = await createApp(reading.config);
  await print(Deno.stdout, check(reading, app.routes, args));
  return 0;
}

function warningsOf({ unknown }: Reading): string[] {
  if (unknown.length === 0) return [];
  return [`Warning: no option has the name of these variables: ${unknown.join(", ")}`];
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

function startsPrograms({ config, file }: Reading): boolean {
  const { routes, otherwise, pages } = config;
  // A file can have a route that does, when it is read again.
  if (file !== undefined) return true;
  return [...routes, ...(otherwise ? [otherwise] : []), ...pages]
    .some(({ handler }) => kindNamed(handler).runs);
}

/** Serves until a signal comes, then ends gracefully, or at once if there is a second one. */
async function untilSignal(
  server: Server,
  signal: Promise<number>,
  signals: Signals,
): Promise<number> {
  // Whoever made the promise has forgotten it; that must not end everybody's connections.
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    log.error("server", `Unhandled: ${messageOf(event.reason)}`);
  });
  // The same for what a module does in a timer.
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    log.error("server", `Uncaught: ${messageOf(event.error)}`);
  });
  await signal;
  log.info("server", "Shutting down");
  const again = signals.next();
  const code = await Promise.race([server.shutdown().then(() => 0), again.then((n) => 128 + n)]);
  killAll();
  return code;
}
