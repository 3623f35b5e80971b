import type { Admin } from "./admin/admin.ts";
import type { AdminOptions } from "./admin/admin_options.ts";
import { GOODBYE_TIMEOUT, RETIRE_TIME, SHUTDOWN_TIME } from "./base/limits.ts";
import { Readiness } from "./base/readiness.ts";
import { loadTracing } from "./base/tracing/tracing.ts";
import { within } from "./base/within.ts";
import { claimSockets } from "./listen/claim_sockets.ts";
import { listen, type Listening, type ListenOptions } from "./listen/listen.ts";
import { Dispatcher } from "./gate/dispatch.ts";
import type { DispatchOptions } from "./gate/dispatch_options.ts";
import type { Route } from "./gate/route.ts";

/** Options of {@linkcode serve}: what is served, and where. */
export interface ServeOptions extends ListenOptions, DispatchOptions {
  /** The longest that {@linkcode Server.shutdown} takes, in ms; default 3 s. */
  readonly shutdownMs?: number;
  /** A place for whoever runs the server: whether it is alive and ready, metrics, connections; default: none. */
  readonly admin?: AdminOptions;
  /** The code that it closes connections with: 1001, going away, or 1012, a restart; default 1001. */
  readonly shutdownCode?: 1001 | 1012;
}

/** A server that runs until it is disposed. */
export interface Server extends AsyncDisposable {
  /** Addresses as a client on this machine reaches them, `ws://host:port/` or `ws+unix:PATH`. */
  readonly addresses: readonly string[];
  /** Addresses that redirect to them, `http://host:port/`. */
  readonly redirects: readonly string[];
  /** The address of `admin`: `http://host:port/`, `unix:PATH` or a path of the others; undefined where there is none. */
  readonly admin?: string | undefined;
  /**
   * Has other routes from now on. Connections stay with the handler that they have; one that no route has
   * any more is disposed when its last connection has ended. After `shutdown`, nothing changes.
   *
   * @throws {UsageError} If one of them cannot work; then they stay as they were.
   */
  replaceRoutes(routes: readonly Route[]): void;
  /** The number of connections. */
  readonly connections: number;
  /** The number of requests whose answers are not out yet. */
  readonly requests: number;
  /** Milliseconds for which there has been no connection and no request; 0 while there is one. */
  readonly quietMs: number;
  /**
   * Takes no new connections any more, which are answered with 503, and goes on listening: whoever balances the load
   * sees that. Other requests are answered, each as the last one of its connection.
   *
   * @returns Resolves when the last connection has ended, and the last answer is out.
   */
  drain(): Promise<void>;
  /**
   * Leaves new connections to another process that listens at the same places; with the engine native, which cannot,
   * they still come.
   *
   * @returns Resolves when those that had come before have said what they want.
   */
  retire(): Promise<void>;
  /** Takes up a TLS certificate that has changed; it does so by itself where the files are seen to change. */
  reload(): void;
  /**
   * Stops listening, closes all connections with `shutdownCode`, and waits for their handlers.
   *
   * @returns Whether all ended in time.
   */
  shutdown(): Promise<boolean>;
}

/**
 * Serves handlers; resolves when it listens.
 *
 * @throws {ListenError} If it cannot listen.
 * @throws {UsageError} If a route cannot work, or this version of Deno cannot do what is asked for.
 *
 * @example Several routes
 * ```ts
 * import { echo, process, serve } from "@stdws/stdws";
 *
 * await using server = await serve({
 *   port: 0,
 *   addresses: ["127.0.0.1"],
 *   routes: [
 *     { path: "/echo", handler: echo(), maxFrameSize: 1000 },
 *     { path: "/greet/:name", handler: process(["echo", "Hello, {name:[a-z]+}"], { placeholders: true }) },
 *   ],
 * });
 *
 * const socket = new WebSocket(`${server.addresses[0]}greet/you`);
 * const line = await new Promise((resolve) => socket.onmessage = (event) => resolve(event.data));
 * if (line !== "Hello, you") throw new Error("not what the program wrote");
 * await new Promise((resolve) => socket.onclose = resolve);
 * ```
 *
 * @example A handler of one's own
 * ```ts
 * import { type Handler, serve } from "@stdws/stdws";
 *
 * const clock: Handler = {
 *   open(connection) {
 *     const timer = setInterval(() => connection.send(new Date().toISOString()), 10);
 *     return { close: () => clearInterval(timer) };
 *   },
 * };
 * await using server = await serve({ port: 0, addresses: ["127.0.0.1"], routes: [{ path: "/clock", handler: clock }] });
 *
 * const socket = new WebSocket(`${server.addresses[0]}clock`);
 * await new Promise((resolve) => socket.onmessage = resolve);
 * socket.close();
 * await new Promise((resolve) => socket.onclose = resolve);
 * ```
 */
export async function serve(options: ServeOptions): Promise<Server> {
  claimSockets(options);
  await loadTracing();
  const admin = await adminOf(options);
  const dispatcher = new Dispatcher({ ...options, ...(admin && { meter: admin.metrics }) });
  const readiness = new Readiness();
  let listening: Listening | undefined;
  let ended: Promise<boolean> | undefined;
  readiness.expect("listening", () => listening ? undefined : "it does not listen yet");
  readiness.expect("accepting", () => dispatcher.refuses && `it ${dispatcher.refuses}`);
  readiness.expect("processes", () => {
    const { length } = dispatcher.unready;
    return length > 0 ? `not running: ${length}` : undefined;
  });
  const { bus } = options;
  const away = "the engine that joins it with others cannot be reached";
  if (bus) readiness.expect("bus", () => bus.isAway ? away : undefined);
  const own = () => admin?.routes ?? [];
  try {
    await admin?.open({ roster: dispatcher.roster, readiness });
    if (own().length > 0) dispatcher.replaceRoutes([...own(), ...options.routes]);
    listening = await listen(options, dispatcher);
  } catch (error) {
    // Nobody else knows the handlers, and some have started something.
    await Promise.all([dispatcher.close(1001, "", 0), admin?.close()]);
    throw error;
  }
  const { addresses, redirects, reload } = listening;

  async function end(): Promise<boolean> {
    // Other routes can have another.
    const { shutdownMs = SHUTDOWN_TIME, shutdownCode = 1001 } = options;
    const reason = shutdownCode === 1012 ? "Server restarting" : "Server shutting down";
    const closed = dispatcher.close(shutdownCode, reason, shutdownMs);
    // Deno 2.6 waits for ever for a client that never finishes its request.
    const all = Promise.all([closed, stopped(closed)]).then(() => admin?.close());
    return await within(all, shutdownMs);
  }
  async function stopped(closed: Promise<void>): Promise<void> {
    // A listener of the runtime that ends closes its connections with 1001 (Deno 2.9): not before they have ours.
    if (options.shutdownCode === 1012) await within(closed, GOODBYE_TIMEOUT);
    await listening?.shutdown();
  }
  const shutdown = () => ended ??= end();
  return {
    addresses,
    redirects,
    ...(admin?.address === undefined ? {} : { admin: admin.address }),
    get connections() {
      return dispatcher.roster.size;
    },
    get requests() {
      return dispatcher.requests;
    },
    get quietMs() {
      return dispatcher.quietMs;
    },
    reload,
    drain: () => dispatcher.drain(),
    async retire() {
      listening?.retire();
      await new Promise((resolve) => setTimeout(resolve, RETIRE_TIME));
    },
    replaceRoutes: (routes) => dispatcher.replaceRoutes([...own(), ...routes]),
    shutdown,
    async [Symbol.asyncDispose]() {
      await shutdown();
    },
  };
}

async function adminOf({ admin, ...options }: ServeOptions): Promise<Admin | undefined> {
  if (!admin) return undefined;
  // Loaded only where it is used: it makes the start slower.
  const { Admin } = await import("./admin/admin.ts");
  return new Admin(admin, options, options.bus);
}
