/**
 * The server as an edge function, for Deno Deploy and `deno serve lib/edge.ts`: `/echo` sends back what
 * it gets, `/chat/ROOM` sends it to everybody in the room, `/` is a page that tries both. It starts no
 * processes and needs no permission but the network.
 *
 * An edge platform may run several instances. The variable `STDWS_BUS` says what joins them, so that a room is one
 * among all: `kv`, which is the platform's Deno KV, or the URL of a Redis, `redis://…` or `rediss://…`. Without one, a
 * room is one on each of them, and the page says so.
 *
 * @example
 * ```ts
 * import edge from "@stdws/stdws/edge";
 *
 * const server = Deno.serve({ port: 0, onListen() {} }, edge.fetch);
 * const answer = await fetch(`http://localhost:${server.addr.port}/`);
 * if (!(await answer.text()).includes("/echo")) throw new Error("not the page");
 * await server.shutdown();
 * ```
 *
 * @module
 */

import { configureLog, flushLog, Log } from "./base/log.ts";
import { logThrown } from "./base/log_thrown.ts";
import { EDGE_BUS, edgeBus } from "./bus/edge_bus.ts";
import type { Exchange, IncomingRequest, Place } from "./contract.ts";
import { broadcast } from "./handlers/broadcast.ts";
import { echo } from "./handlers/echo.ts";
import { tryPage } from "./handlers/try_page.ts";
import { nativeHandler } from "./listen/native.ts";
import { Dispatcher } from "./gate/dispatch.ts";

// Whoever imports it says himself where the log goes; `deno serve` does not.
if (import.meta.main) configureLog({ level: "access" });

const bus = await edgeBus(variable(EDGE_BUS), new Log());
const dispatcher = new Dispatcher({
  routes: [
    { path: "/echo", handler: echo() },
    { path: "/chat/:room", handler: broadcast() },
    { path: "*", handler: { respond } },
  ],
  ...(bus && { bus }),
});

function respond(request: IncomingRequest, _: Exchange, { log }: Place): Response | undefined {
  const page = tryPage(request.method, request.path, roomsNow());
  if (page) log.access("http", "STATIC");
  return page;
}

/** A sentence about whose rooms they are. Anybody reads it: so it has no host and no path. */
function roomsNow(): string {
  if (!bus) return "Each instance of this app has rooms of its own: STDWS_BUS would join them.";
  const engine = bus.name.startsWith("kv") ? "Deno KV" : "Redis";
  if (!bus.isAway) return `A room is one among all instances of this app, joined by ${engine}.`;
  return `${engine}, which joins the instances of this app, cannot be reached now.`;
}

/** A variable, where there is one and it may be read. */
function variable(name: string): string {
  try {
    return Deno.env.get(name) ?? "";
  } catch {
    return "";
  }
}

const fetch = nativeHandler(dispatcher);

/** The app that `deno serve` starts. */
export default { fetch } satisfies Deno.ServeDefaultExport;

// Deno Deploy ends an instance with SIGINT and, 5 s later, SIGKILL.
const DRAIN_MS = 4_000;

/**
 * Serves it until the platform says that the instance ends.
 *
 * @param nextSignal Resolves when it does.
 * @returns The exit code.
 */
export async function serveEdge(nextSignal: () => Promise<unknown>): Promise<number> {
  configureLog({ level: "access" });
  const signal = nextSignal();
  // The platform decides about the port.
  const server = Deno.serve({
    onListen: ({ port }) => new Log().info("server", `Serving the edge app on port ${port}`),
  }, fetch);
  await signal;
  const stopped = server.shutdown();
  await end(stopped);
  return 0;
}

/** Ends the connections, and what joins this instance with others. */
async function end(stopped?: Promise<void>): Promise<void> {
  await dispatcher.close(1001, "Server shutting down", DRAIN_MS);
  await stopped;
  await bus?.[Symbol.asyncDispose]();
  await flushLog();
}

// `deno serve` stops listening at these, and waits until nothing is left to be done: what joins instances always has
// something to do.
const SIGNALS = Deno.build.os === "windows" ? ["SIGINT"] as const : ["SIGINT", "SIGTERM"] as const;

if (import.meta.main && bus) {
  let times = 0;
  const stop = () => {
    // Whoever says it twice does not want to wait.
    if (++times > 1) Deno.exit(1);
    end().then(() => Deno.exit(0), async (error) => {
      logThrown(new Log(), "server", "The end failed", error);
      await flushLog();
      Deno.exit(1);
    });
  };
  for (const signal of SIGNALS) Deno.addSignalListener(signal, stop);
}
