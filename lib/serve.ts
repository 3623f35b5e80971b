import { SHUTDOWN_TIME } from "./base/limits.ts";
import { within } from "./base/within.ts";
import { listen, type ListenOptions } from "./listen/listen.ts";
import { Dispatcher, type DispatchOptions } from "./gate/dispatch.ts";
import type { Route } from "./gate/route.ts";

/** Options of {@linkcode serve}: what is served, and where. */
export interface ServeOptions extends ListenOptions, DispatchOptions {
  /** The longest that {@linkcode Server.shutdown} takes, in ms; default 3 s. */
  readonly shutdownMs?: number;
}

/** A server that runs until it is disposed. */
export interface Server extends AsyncDisposable {
  /** Addresses as a client on this machine reaches them, `ws://host:port/` or `ws+unix:PATH`. */
  readonly addresses: readonly string[];
  /** Addresses that redirect to them, `http://host:port/`. */
  readonly redirects: readonly string[];
  /**
   * Has other routes from now on. Connections stay with the handler that they have; one that no route has
   * any more is disposed when its last connection has ended. After `shutdown`, nothing changes.
   *
   * @throws {UsageError} If one of them cannot work; then they stay as they were.
   */
  replaceRoutes(routes: readonly Route[]): void;
  /** Takes up a TLS certificate that has changed; it does so by itself where the files are seen to change. */
  reload(): void;
  /**
   * Stops listening, closes all connections with 1001, and waits for their handlers.
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
  const dispatcher = new Dispatcher(options);
  const listening = await listen(options, dispatcher).catch(async (error) => {
    // Nobody else knows the handlers, and some have started something.
    await dispatcher.close(1001, "", 0);
    throw error;
  });
  let ended: Promise<boolean> | undefined;

  async function end(): Promise<boolean> {
    // Other routes can have another.
    const { shutdownMs = SHUTDOWN_TIME } = options;
    const closed = dispatcher.close(1001, "Server shutting down", shutdownMs);
    // Deno 2.6 waits for ever for a client that never finishes its request.
    return await within(Promise.all([closed, listening.shutdown()]), shutdownMs);
  }
  const shutdown = () => ended ??= end();
  return {
    ...listening,
    replaceRoutes: (routes) => dispatcher.replaceRoutes(routes),
    shutdown,
    async [Symbol.asyncDispose]() {
      await shutdown();
    },
  };
}
