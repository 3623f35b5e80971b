import type { Contestant, Task } from "./item.ts";

/** A server that answers; disposing it ends its process and waits for that. */
export interface RunningServer extends AsyncDisposable {
  /** The id of its process. */
  readonly pid: number;
  /** The port of 127.0.0.1 where it listens. */
  readonly port: number;
  /** The end of what it wrote to stderr, to explain a failure. */
  complaint(): string;
}

const READY_WITHIN = 15_000;
const END_WITHIN = 10_000;
const KEPT_STDERR = 2000;

/**
 * Starts a contestant on a free port and waits until it accepts connections.
 *
 * @param contestant The server to start.
 * @param task The work that it does with connections.
 * @param signal Gives up waiting.
 * @returns The server.
 * @throws {Error} If it ends, or does not listen within 15 s, or the signal aborts.
 */
export async function startServer(
  contestant: Contestant,
  task: Task,
  signal: AbortSignal,
): Promise<RunningServer> {
  const port = freePort();
  const [path, ...args] = contestant.command(port, task);
  const child = new Deno.Command(path, { args, stdin: "null", stdout: "null", stderr: "piped" })
    .spawn();
  let stderr = "";
  const drained = keep(child.stderr, (text) => stderr = (stderr + text).slice(-KEPT_STDERR));
  let ended = false;
  child.status.then(() => ended = true);
  const server: RunningServer = {
    pid: child.pid,
    port,
    complaint: () => stderr.trim(),
    async [Symbol.asyncDispose]() {
      if (!ended) child.kill("SIGTERM");
      const overdue = setTimeout(() => child.kill("SIGKILL"), END_WITHIN);
      const { signal } = await child.status;
      clearTimeout(overdue);
      await drained;
      if (signal === "SIGKILL") {
        throw new Error(
          `Cannot end ${contestant.name}: still there ${END_WITHIN} ms after SIGTERM`,
        );
      }
    },
  };
  try {
    const ready = AbortSignal.any([signal, AbortSignal.timeout(READY_WITHIN)]);
    while (!await accepts(port)) {
      ready.throwIfAborted();
      if (ended) throw new Error("it ended");
    }
    return server;
  } catch (cause) {
    await server[Symbol.asyncDispose]();
    const message = [`Cannot start ${contestant.name}: ${cause}`, server.complaint()].join("\n");
    throw new Error(message.trim(), { cause });
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Tries once to connect; a refusal takes 10 ms, so that the loop does not slow the start down. */
async function accepts(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
    await new Promise((resolve) => setTimeout(resolve, 10));
    return false;
  }
}

async function keep(stream: ReadableStream<Uint8Array>, add: (text: string) => void) {
  const decoder = new TextDecoder();
  for await (const chunk of stream) add(decoder.decode(chunk, { stream: true }));
}
