import { SHUTDOWN_TIME } from "./base/limits.ts";
import { within } from "./base/within.ts";
import { listen, type ListenOptions } from "./server/listen.ts";
import { nativeEngine } from "./server/native.ts";
import { Dispatcher, type DispatchOptions } from "./socket/dispatch.ts";

/** What is served, and where. */
export interface ServeOptions extends ListenOptions, DispatchOptions {
  /** How long {@linkcode Server.shutdown} takes at most, in ms; default 3 s. */
  readonly shutdownMs?: number;
}

/** A server that runs until it is disposed. */
export interface Server extends AsyncDisposable {
  /** Its addresses as a client on this machine reaches them, `ws://host:port/`. */
  readonly addresses: readonly string[];
  /**
   * Stops listening, closes all connections with 1001, and waits for their handlers.
   *
   * @returns Whether all ended in time.
   */
  shutdown(): Promise<boolean>;
}

/**
 * Serves handlers.
 *
 * @throws {ListenError} If it cannot listen.
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
 * await using server = serve({ port: 0, addresses: ["127.0.0.1"], routes: [{ path: "/clock", handler: clock }] });
 *
 * const socket = new WebSocket(`${server.addresses[0]}clock`);
 * await new Promise((resolve) => socket.onmessage = resolve);
 * socket.close();
 * await new Promise((resolve) => socket.onclose = resolve);
 * ```
 */
export function serve(options: ServeOptions): Server {
  const { shutdownMs = SHUTDOWN_TIME } = options;
  const dispatcher = new Dispatcher(options);
  const listeners = listen(options, nativeEngine(dispatcher));
  let ended: Promise<boolean> | undefined;

  async function end(): Promise<boolean> {
    const closed = dispatcher.close(1001, "Server shutting down", shutdownMs);
    const stopped = listeners.map((listener) => listener.shutdown());
    // Deno 2.6 waits for ever for a client that never finishes its request.
    return await within(Promise.all([closed, ...stopped]), shutdownMs);
  }
  const shutdown = () => ended ??= end();
  return {
    addresses: listeners.map((listener) => listener.url),
    shutdown,
    async [Symbol.asyncDispose]() {
      await shutdown();
    },
  };
}
