import { messageOf } from "../base/errors.ts";
import { Log } from "../base/log.ts";

const log = new Log();

// How long to wait for what was missing, in ms: longer each time that it did not help.
const SHORTEST_PAUSE = 100;
const LONGEST_PAUSE = 10_000;

/** A server that goes on when the runtime has given up. */
export interface LastingServer {
  readonly addr: Deno.Addr;
  /** Accepts nothing more; resolves when all answers are out. */
  shutdown(): Promise<void>;
}

/**
 * Serves again, and again, where the runtime stops to accept: when the system has no more files for it,
 * `Deno.serve` ends for good, while what is connected stays connected (Deno 2.6 to 2.9).
 *
 * @param serve Begins to serve.
 * @param serveAgain Does so once more, at the port that it got, if that was one.
 */
export function keepServing(
  serve: () => Deno.HttpServer,
  serveAgain: (port?: number) => Deno.HttpServer,
): LastingServer {
  const first = serve();
  const { addr } = first;
  const servers = [first];
  let closing = false;
  let pause = SHORTEST_PAUSE;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let said = "";

  function say(error: unknown): void {
    const why = messageOf(error);
    // It is tried many times for the same reason.
    if (why !== said) log.error("server", `Cannot accept connections: ${why}`);
    said = why;
  }
  function watch(server: Deno.HttpServer): void {
    const begin = performance.now();
    server.finished.catch((error) => {
      if (closing) return;
      say(error);
      if (performance.now() - begin > LONGEST_PAUSE) pause = SHORTEST_PAUSE;
      retry();
    });
  }
  function retry(): void {
    timer = setTimeout(again, pause);
    pause = Math.min(2 * pause, LONGEST_PAUSE);
  }
  function again(): void {
    try {
      const server = serveAgain("port" in addr ? addr.port : undefined);
      servers.push(server);
      watch(server);
      log.info("server", "Accepting connections again");
      said = "";
    } catch (error) {
      say(error);
      retry();
    }
  }
  watch(first);
  return {
    addr,
    async shutdown() {
      closing = true;
      clearTimeout(timer);
      // One that has ended by itself has said so already.
      await Promise.all(servers.map((server) => server.shutdown().catch(() => {})));
    },
  };
}
