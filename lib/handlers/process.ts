import { resolve } from "node:path";
import { MAX_QUEUE } from "../base/limits.ts";
import type { IncomingRequest } from "../base/request.ts";
import { looksOf } from "../base/file_watch.ts";
import { realFolder } from "../base/folder.ts";
import { CODECS } from "../codec/codecs.ts";
import { converting } from "../codec/mismatch.ts";
import { checkProperties } from "../options/check_properties.ts";
import { Bridge } from "../process/bridge.ts";
import { checkPlaceholders } from "../process/check_placeholders.ts";
import { placeholdersOf, unescapePlaceholders } from "../process/placeholders.ts";
import { Runner, type Started } from "../process/runner.ts";
import { pathOf, programPath } from "../process/program_path.ts";
import type { Admission, Handler, Place, Session } from "../contract.ts";
import { expectCommand } from "./expect_command.ts";
import { kindOf } from "./kind.ts";
import { needsOfCommand } from "./needs.ts";
import { expectNoPlaceholders, expectPermits } from "./process/expect_warm.ts";
import { hello } from "./process/hello.ts";
import { keepOwn, startOwn } from "./process/own_process.ts";
import { Warm } from "./process/warm.ts";
import { WARM, WARM_IDLE, type WarmOptions } from "./process/warm_options.ts";
import {
  PROCESS_OPTIONS,
  type ProcessOptions,
  processOptionsOf,
  UNSAFE,
} from "./process_options.ts";
import { FRAMING, lateOutputOf, MISMATCH, UNBUFFER, unbufferOf } from "./talk_options.ts";

export type { ProcessOptions, WarmOptions };

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
  /** The one that every request has, which can be started before that comes; default: each has one of its own. */
  readonly always?: Pick<Endpoint, "program" | "args"> | undefined;
}

/**
 * Runs a command for every connection: its lines are messages, the client's messages are its input.
 *
 * @param command The program, by path or by PATH, and its arguments.
 * @throws {UsageError} If there is no such program, an option does not take its value, or a placeholder is
 * where a client could run anything, or where a process is to be started before its client comes.
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
export function process(
  command: readonly string[],
  options: ProcessOptions & WarmOptions = {},
): Handler {
  expectCommand(command, "process()");
  checkProperties(processKind.options, options, " of process()");
  const [name = "", ...args] = command;
  if (options.placeholders) checkPlaceholders(command, options.unsafe);
  if (options.placeholders && options.warm) expectNoPlaceholders(command, options.warm);
  const argsOf = options.placeholders ? placeholdersOf(args) : () => args;
  // Only what stands behind all options of the server is no route.
  const before = options.placeholders === false ? "-- " : "";
  const program = programPath(name, { ...options, before });
  return processHandler({
    label: `Serving using application   : ${[program, ...args].join(" ")}`,
    locate: (request) => ({
      program,
      args: argsOf(request),
      scriptName: "/",
      pathInfo: request.path,
    }),
    always: { program, args: options.placeholders ? args.map(unescapePlaceholders) : args },
  }, options);
}

/** `process` for the registry. */
export const processKind = kindOf({
  doc:
    "Runs a command for every connection: its lines are messages, the client's messages its input",
  argument: { name: "command", kind: "command", value: "COMMAND [args…]" },
  example: [
    "stdws --port=8080 --route='/count/:n=process seq {n:[0-9]+}'",
  ],
  options: [...PROCESS_OPTIONS, FRAMING, MISMATCH, UNBUFFER, UNSAFE, ...WARM],
  runs: true,
  fills: true,
  make({ words, values, placeholders }) {
    expectPermits(values);
    return process(words, { ...processOptionsOf(values), placeholders });
  },
  stamp: ({ words, values: { warm = 0, cwd = "" } }) =>
    // Those that wait are to be of the program as it is now.
    Promise.resolve(warm > 0 ? looksOf(words.map((word) => resolve(cwd, word))) : ""),
  needs: needsOfCommand,
});

/**
 * A handler that starts a process before the upgrade is answered, so that a program that cannot be
 * started gives the client an HTTP error.
 */
export function processHandler(
  programs: Programs,
  options: ProcessOptions & WarmOptions,
): Handler {
  const { framing = "lines", closeMs = 0, maxQueue = MAX_QUEUE, env = {}, orphans } = options;
  const { mismatch = "ignore" } = options;
  const codec = mismatch === "convert" ? converting(CODECS[framing]) : CODECS[framing];
  const cwd = options.cwd === undefined ? undefined : realFolder(options.cwd, "from the folder");
  const late = lateOutputOf(options);
  const path = pathOf(options);
  const runner = new Runner({ ...options, unbuffer: unbufferOf(options) });
  const { warm: count = 0, warmIdle: idleMs = WARM_IDLE } = options;
  const warm = programs.always && count > 0
    ? new Warm({ ...programs.always, runner, cwd, own: env, orphans, closeMs, count, idleMs })
    : undefined;
  const terms = { ...(cwd === undefined ? {} : { cwd }), env, orphans };

  /** Apart from what starts it: nothing here remembers the request, as long as the connection lasts. */
  function admit(
    started: Started,
    { program }: Endpoint,
    { signal }: Place,
    first: string | undefined,
  ): Admission {
    const lateness = late?.watch({ program, cwd, path, log: started.log });
    const bridge = new Bridge(started, {
      lateness,
      codec,
      mismatch,
      closeMs,
      maxQueue,
      first,
      ending: signal,
    });

    function run(connection?: Parameters<Bridge["run"]>[0]): void {
      // Not before: the client that is there comes first.
      warm?.refill();
      keepOwn(runner, started, bridge.run(connection), connection);
    }
    return {
      associated: { command: program, pid: String(started.child.pid) },
      open(connection): Session {
        run(connection);
        return {
          batch: (batch) => bridge.batch(batch),
          end: () => bridge.end(),
          close: () => bridge.leave(),
          ending: () => bridge.ending(),
        };
      },
      abandon: () => run(),
    };
  }

  return {
    label: programs.label,
    framing,
    async accept(request, place) {
      const endpoint = await programs.locate(request);
      // Before anything is started: it may refuse the request.
      const greet = options.hello ? hello(request, { ...endpoint, own: env }) : undefined;
      const { started, id } = warm?.take(place) ??
        { started: startOwn(runner, { ...endpoint, ...terms }, request, place), id: request.id };
      const process = started instanceof Promise ? await started : started;
      return admit(process, endpoint, place, greet?.(id));
    },
    ...warm && {
      start: (place: Place) => warm.open(place),
      isReady: () => warm.isReady,
      retire: () => warm.close(),
    },
    [Symbol.asyncDispose]() {
      warm?.end();
      return runner[Symbol.asyncDispose]();
    },
  };
}
