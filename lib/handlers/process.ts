import { HandshakeError } from "../base/errors.ts";
import { MAX_FORKS, MAX_QUEUE } from "../base/limits.ts";
import { Permits } from "../base/permits.ts";
import type { IncomingRequest } from "../base/request.ts";
import { sessionLog } from "../base/session_log.ts";
import { Bridge } from "../process/bridge.ts";
import { defaultPassEnv, environment, inherit } from "../process/environment.ts";
import type { Framing } from "../process/framing.ts";
import { launch } from "../process/launch.ts";
import { ProcessTree } from "../process/tree.ts";
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
 * await using server = serve({ port: 0, addresses: ["127.0.0.1"], routes: [{ path: "*", handler }] });
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
  const forks = options.forks ?? new Permits(MAX_FORKS);
  const names = options.passEnv ?? defaultPassEnv(Deno.build.os);
  const inherited = inherit(names, (name) => Deno.env.get(name));
  const running = new Set<Promise<void>>();

  function start(request: IncomingRequest, endpoint: Endpoint): Required<Admission> {
    const permit = forks.take();
    if (!permit) {
      throw new HandshakeError(429, "Max of possible forks already active, upgrade rejected");
    }
    let log = sessionLog(request).with({ command: endpoint.program });
    const env = environment(request, { ...endpoint, inherited });
    if (log.enabled("debug")) {
      for (const [name, value] of Object.entries(env)) {
        log.debug("env", `${variableKind(name, inherited)} variable: ${name}=${value}`);
      }
    }
    let child: Deno.ChildProcess;
    try {
      child = launch({ ...endpoint, env });
    } catch (error) {
      permit[Symbol.dispose]();
      throw error;
    }
    const associated = { command: endpoint.program, pid: String(child.pid) };
    log = log.with(associated);
    const tree = new ProcessTree(child, request.id, () => permit[Symbol.dispose]());
    const bridge = new Bridge(child, tree, { framing, closeMs, maxQueue, log });

    function run(connection?: Parameters<Bridge["run"]>[0]): void {
      const end = bridge.run(connection).catch((error) => {
        log.error("process", `Process ${child.pid}: ${error}`);
        connection?.close(1011, "Internal error");
      }).finally(() => {
        running.delete(end);
        tree[Symbol.dispose]();
      });
      running.add(end);
    }
    return {
      associated,
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
    async [Symbol.asyncDispose]() {
      await Promise.all(running);
    },
  };
}

function variableKind(name: string, inherited: Readonly<Record<string, string>>): string {
  if (name in inherited) return "Parent";
  return name.startsWith("HTTP_") ? "Header" : "Std.";
}
