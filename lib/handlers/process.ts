import { MAX_QUEUE } from "../base/limits.ts";
import type { Permits } from "../base/permits.ts";
import type { IncomingRequest } from "../base/request.ts";
import { sessionLog } from "../base/session_log.ts";
import { Bridge } from "../process/bridge.ts";
import { environment } from "../process/environment.ts";
import type { Framing } from "../process/framing.ts";
import { Runner } from "../process/runner.ts";
import { which } from "../process/which.ts";
import type { Admission, Handler, Session } from "./handler.ts";

/** How processes are started and talked to. */
export interface ProcessOptions {
  /** How output becomes messages; default `lines`. */
  readonly framing?: Framing;
  /** Names of the server's variables that a process inherits; default: what finds and runs programs. */
  readonly passEnv?: readonly string[];
  /** Milliseconds added to each step of ending a process; default 0. */
  readonly closeMs?: number;
  /** Bytes of input that may wait for a process; default 16 MiB. */
  readonly maxQueue?: number;
  /** How many may run at once; shared by the handlers that have the same. Default 1024. */
  readonly forks?: Permits;
}

/** A program for one request. */
export interface Endpoint {
  readonly program: string;
  readonly args: readonly string[];
  /** Its path as the client sees it. */
  readonly scriptName: string;
  /** What follows that. */
  readonly pathInfo: string;
}

/** Where the programs of a handler are. */
export interface Programs {
  readonly label: string;
  /** Names the program of a request, or throws a `HandshakeError`. */
  locate(request: IncomingRequest): Endpoint | Promise<Endpoint>;
}

/**
 * Runs a command for every connection: its lines are messages, the client's messages are its input.
 *
 * @param command The program, by path or by PATH, and its arguments.
 * @throws {UsageError} If there is no such program.
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
  const [name = "", ...args] = command;
  const pathExt = Deno.build.os === "windows" ? Deno.env.get("PATHEXT") : undefined;
  const program = which(name, {
    path: Deno.env.get("PATH") ?? "",
    os: Deno.build.os,
    ...(pathExt === undefined ? {} : { pathExt }),
  });
  return processHandler({
    label: `Serving using application   : ${[program, ...args].join(" ")}`,
    locate: ({ path }) => ({ program, args, scriptName: "/", pathInfo: path }),
  }, options);
}

/**
 * A handler that starts a process before the upgrade is answered, so that a program that cannot be
 * started gives the client an HTTP error.
 */
export function processHandler(programs: Programs, options: ProcessOptions): Handler {
  const { framing = "lines", closeMs = 0, maxQueue = MAX_QUEUE } = options;
  const runner = new Runner(options);

  function start(request: IncomingRequest, endpoint: Endpoint): Required<Admission> {
    const { program, args } = endpoint;
    const started = runner.start({
      program,
      args,
      id: request.id,
      environment: (inherited) => environment(request, { ...endpoint, inherited }),
      log: sessionLog(request).with({ command: program }),
      refusal: "Max of possible forks already active, upgrade rejected",
    });
    const { child, tree, log } = started;
    const bridge = new Bridge(child, tree, { framing, closeMs, maxQueue, log });

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
      associated: { command: program, pid: String(child.pid) },
      open(connection): Session {
        run(connection);
        return {
          message: (data) => bridge.message(data),
          close: () => bridge.leave(),
        };
      },
      abandon: () => run(),
    };
  }

  return {
    label: programs.label,
    prepare(request) {
      const endpoint = programs.locate(request);
      if (endpoint instanceof Promise) return endpoint.then((found) => start(request, found));
      return start(request, endpoint);
    },
    open() {
      throw new Error("A process is started before its connection: call prepare first");
    },
    [Symbol.asyncDispose]: () => runner[Symbol.asyncDispose](),
  };
}
