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

const log = new Log();

const texts = {
  help,
  version: () => `${NAME} ${VERSION}\n`,
  license: () => LICENSE,
};

/**
 * Does what a command line says.
 *
 * @param nextSignal Resolves at the next signal that asks the program to end.
 * @returns The exit code.
 */
export async function run(
  argv: readonly string[],
  nextSignal: () => Promise<number>,
): Promise<number> {
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
    signal = nextSignal();
    server = start(config);
    if (["process", "directory"].includes(config.handler)) watchdog = startWatchdog();
  } catch (error) {
    const exit = exitOf(error);
    if (exit.fatal) log.fatal("server", exit.fatal);
    if (exit.stderr) print(Deno.stderr, exit.stderr);
    return exit.code;
  }
  const code = await untilSignal(server, signal, nextSignal);
  await watchdog?.[Symbol.asyncDispose]();
  return code;
}

function start(config: Config): Server {
  configureLog(config.log);
  const app = createApp(config);
  const server = serve(app);
  for (const { handler } of app.routes) if (handler.label) log.info("server", handler.label);
  const everywhere = !config.listen.addresses?.length;
  for (const address of server.addresses) {
    const url = everywhere ? address.replace("//localhost:", `//${Deno.hostname()}:`) : address;
    log.info("server", `Starting WebSocket server   : ${url}`);
  }
  return server;
}

/** Serves until a signal comes, then ends gracefully, or at once if there is a second one. */
async function untilSignal(
  server: Server,
  signal: Promise<number>,
  nextSignal: () => Promise<number>,
): Promise<number> {
  // Whoever made the promise has forgotten it; that must not end everybody's connections.
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    log.error("server", `Unhandled: ${messageOf(event.reason)}`);
  });
  await signal;
  log.info("server", "Shutting down");
  const again = nextSignal();
  const code = await Promise.race([server.shutdown().then(() => 0), again.then((n) => 128 + n)]);
  killAll();
  return code;
}

function print(to: typeof Deno.stdout | typeof Deno.stderr, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let written = 0; written < bytes.length;) written += to.writeSync(bytes.subarray(written));
}
