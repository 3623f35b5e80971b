import { MAX_QUEUE } from "../base/limits.ts";
import type { IncomingRequest } from "../base/request.ts";
import { realFolder } from "../base/folder.ts";
import { CODECS } from "../codec/codecs.ts";
import { checkProperties } from "../options/check_properties.ts";
import { Bridge } from "../process/bridge.ts";
import { checkPlaceholders } from "../process/check_placeholders.ts";
import { environment } from "../process/environment.ts";
import { placeholdersOf } from "../process/placeholders.ts";
import { Runner, type Started } from "../process/runner.ts";
import { programPath } from "../process/program_path.ts";
import type { Admission, Handler, Place, Session } from "../contract.ts";
import { expectCommand } from "./expect_command.ts";
import { kindOf } from "./kind.ts";
import { needsOfCommand } from "./needs.ts";
import {
  FRAMING,
  PROCESS_OPTIONS,
  type ProcessOptions,
  processOptionsOf,
  UNSAFE,
} from "./process_options.ts";

export type { ProcessOptions };

/** A program for one request. */
export interface Endpoint {
  readonly program: string;
  readonly args: readonly string[];
  /** The program's path as the client sees it. */
  readonly scriptName: string;
  /** The path that follows that one. */
  readonly pathInfo: string;
}

/** The programs of a handler, one named for each request. */
export interface Programs {
  readonly label: string;
  /** Names the program of a request, or throws a `HandshakeError`. */
  locate(request: IncomingRequest): Endpoint | Promise<Endpoint>;
}

/**
 * Runs a command for every connection: its lines are messages, the client's messages are its input.
 *
 * @param command The program, by path or by PATH, and its arguments.
 * @throws {UsageError} If there is no such program, an option does not take its value, or a placeholder is
 * where a client could run anything.
 *
 * @example
 * ```ts
 * import { process, serve } from "@stdws/stdws";
 *
 * const handler = process(["echo", "hello"]);
 * await using server = await serve({ port: 0, addresses: ["127.0.0.1"], routes: [{ path: "*", handler }] });
 * const socket = new WebSocket(`${server.addresses[0]}`);
 * const line = await new Promise((resolve) => socket.onmessage = (event) => resolve(event.data));
 * if (line !== "hello") throw new Error("not what the program wrote");
 * await new Promise((resolve) => socket.onclose = resolve);
 * ```
 */
export function process(command: readonly string[], options: ProcessOptions = {}): Handler {
  expectCommand(command, "process()");
  checkProperties(processKind.options, options, " of process()");
  const [name = "", ...args] = command;
  if (options.placeholders) checkPlaceholders(command, options.unsafe);
  const argsOf = options.placeholders ? placeholdersOf(args) : () => args;
  const program = programPath(name, options.cwd);
  return processHandler({
    label: `Serving using application   : ${[program, ...args].join(" ")}`,
    locate: (request) => ({
      program,
      args: argsOf(request),
      scriptName: "/",
      pathInfo: request.path,
    }),
  }, options);
}

/** `process` for the registry. */
export const processKind = kindOf({
  doc:
    "Runs a command for every connection: its lines are messages, the client's messages its input",
  argument: { name: "command", kind: "command", value: "COMMAND [args…]" },
  options: [...PROCESS_OPTIONS, FRAMING, UNSAFE],
  runs: true,
  fills: true,
  make: ({ words, values, placeholders }) =>
    process(words, { ...processOptionsOf(values), placeholders }),
  needs: needsOfCommand,
});

/**
 * A handler that starts a process before the upgrade is answered, so that a program that cannot be
 * started gives the client an HTTP error.
 */
export function processHandler(programs: Programs, options: ProcessOptions): Handler {
  const { framing = "lines", closeMs = 0, maxQueue = MAX_QUEUE, env = {}, orphans } = options;
  const codec = CODECS[framing];
  const cwd = options.cwd === undefined ? undefined : realFolder(options.cwd, "from the folder");
  const runner = new Runner(options);

  function start(
    request: IncomingRequest,
    endpoint: Endpoint,
    { log, processes }: Place,
  ): Started {
    const { program, args } = endpoint;
    return runner.start({
      program,
      args,
      ...(cwd === undefined ? {} : { cwd }),
      id: request.id,
      environment: (inherited) => environment(request, { ...endpoint, inherited, own: env }),
      log: log.with({ command: program }),
      processes,
      refusal: "Max of possible forks already active, upgrade rejected",
      orphans,
    });
  }

  /** Apart from what starts it: nothing here remembers the request, as long as the connection lasts. */
  function admit(started: Started, { program }: Endpoint, { signal }: Place): Admission {
    const bridge = new Bridge(started, { codec, closeMs, maxQueue, ending: signal });

    function run(connection?: Parameters<Bridge["run"]>[0]): void {
      runner.keep(
        started,
        bridge.run(connection).catch((error) => {
          connection?.close(1011, "Internal error");
          throw error;
        }),
      );
    }
    return {
      associated: { command: program, pid: String(started.child.pid) },
      open(connection): Session {
        run(connection);
        return {
          batch: (batch) => bridge.batch(batch),
          close: () => bridge.leave(),
        };
      },
      abandon: () => run(),
    };
  }

  return {
    label: programs.label,
    async accept(request, place) {
      const endpoint = await programs.locate(request);
      return admit(start(request, endpoint, place), endpoint, place);
    },
    [Symbol.asyncDispose]: () => runner[Symbol.asyncDispose](),
  };
}
