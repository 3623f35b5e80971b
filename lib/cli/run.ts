import { createApp } from "../app.ts";
import { messageOf } from "../base/errors.ts";
import { configureLog, Log } from "../base/log.ts";
import { NAME, VERSION } from "../base/version.ts";
import { type Config, resolveConfig } from "../config.ts";
import { killAll } from "../process/tree.ts";
import { startWatchdog } from "../process/watchdog.ts";
import { serve, type Server } from "../serve.ts";
import { parseArgs } from "./args.ts";
import { exitOf } from "./exit.ts";
import { help } from "./help.ts";
import { LICENSE } from "./license.ts";
import { settingsOf } from "./settings.ts";
import { startLines } from "./start_lines.ts";

const log = new Log();

const texts = {
  help,
  version: () => `${NAME} ${VERSION}\n`,
  license: () => LICENSE,
};

/** What the system tells the program. */
export interface Signals {
  /** Resolves to its number at the next signal that asks the program to end. */
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
  let server: Server;
  let watchdog: AsyncDisposable | undefined;
  let signal: Promise<number>;
  try {
    const args = parseArgs(argv);
    if (args.kind !== "serve") {
      print(Deno.stdout, texts[args.kind]());
      return 0;
    }
    const config = resolveConfig(settingsOf(args.options, args.command));
    // Listened for before anybody can know that the server runs.
    signal = signals.next();
    server = await start(config);
    // Otherwise it stays what it is to programs: the end, or nothing after `nohup`.
    if (config.listen.tls) signals.onHangup(server.reload);
    if (config.cgiDir || config.handler === "process" || config.handler === "directory") {
      watchdog = startWatchdog();
    }
  } catch (error) {
    const exit = exitOf(error);
    if (exit.fatal) log.fatal("server", exit.fatal);
    if (exit.stderr) print(Deno.stderr, exit.stderr);
    return exit.code;
  }
  const code = await untilSignal(server, signal, signals);
  await watchdog?.[Symbol.asyncDispose]();
  return code;
}

async function start(config: Config): Promise<Server> {
  configureLog(config.log);
  const app = createApp(config);
  const server = await serve(app);
  for (const line of startLines(config, app, server)) log.info("server", line);
  return server;
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
  await signal;
  log.info("server", "Shutting down");
  const again = signals.next();
  const code = await Promise.race([server.shutdown().then(() => 0), again.then((n) => 128 + n)]);
  killAll();
  return code;
}

function print(to: typeof Deno.stdout | typeof Deno.stderr, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let written = 0; written < bytes.length;) written += to.writeSync(bytes.subarray(written));
}
