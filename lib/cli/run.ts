import { createApp } from "../app.ts";
import { configureLog, flushLog, Log } from "../base/log.ts";
import { oneLine } from "../base/one_line.ts";
import { NAME, VERSION } from "../base/version.ts";
import { claimSockets } from "../listen/claim_sockets.ts";
import { takeWorkerVariable } from "../workers/worker_variable.ts";
import { whyAlone, workersOf } from "../workers/why_alone.ts";
import { parseArgs } from "./args.ts";
import { check } from "./check.ts";
import { checkBus } from "./check_bus.ts";
import { checkPrograms } from "./check_programs.ts";
import { connect } from "./connect.ts";
import { exitOf } from "./exit.ts";
import { keepHangup } from "./keep_hangup.ts";
import { keepStatuses } from "./keep_statuses.ts";
import { LICENSE } from "./license.ts";
import { print, printBriefly } from "./print.ts";
import { readConfig, type Words } from "./read_config.ts";
import { inheritedSockets } from "./service/inherited_sockets.ts";
import { serveAlone } from "./serve_alone.ts";
import { takeServiceVariables } from "./service/service_variables.ts";
import { UnknownNameError } from "./unknown_name_error.ts";
import type { Signals } from "./until_end.ts";
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
        return await connect(args, signals);
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
  const found = { sockets, service, signal, signals, leaveHangup };
  const count = workersOf(config.lifetime);
  if (count > 1) {
    const why = whyAlone(config.lifetime);
    if (why === undefined) {
      // Loaded only where it is used: it makes the start slower.
      const { serveWithWorkers } = await import("./workers/serve_with_workers.ts");
      return await serveWithWorkers(args, reading, { count, ...found });
    }
    log.info("server", `Serving with one process in place of ${count}: ${why}`);
  }
  return await serveAlone(args, reading, found);
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
