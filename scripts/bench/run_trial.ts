import type { Contestant, Item, Trial } from "./item.ts";
import { type RunningServer, startServer } from "./start_server.ts";

/** Options of {@linkcode runTrial}. */
export interface RunTrialOptions {
  /** The sizes of the work. */
  readonly size: Trial["size"];
  /** Ends the trial early. */
  readonly signal: AbortSignal;
}

const TRIAL_WITHIN = 120_000;

/**
 * Lets one server do one item once, and ends all that was started for it.
 *
 * @param item The work.
 * @param contestant The server that does it.
 * @param options The size, and a signal to give up.
 * @returns The figures by the name of their metric.
 * @throws {Error} If the work failed or took longer than two minutes, with the end of what the
 *   server wrote to stderr.
 */
export async function runTrial(
  item: Item,
  contestant: Contestant,
  options: RunTrialOptions,
): Promise<Readonly<Record<string, number>>> {
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(TRIAL_WITHIN)]);
  await using stack = new AsyncDisposableStack();
  const servers: RunningServer[] = [];
  const measured = item.measure({
    contestant,
    size: options.size,
    async start(task) {
      const server = stack.use(await startServer(contestant, task, signal));
      servers.push(server);
      return server;
    },
  });
  try {
    return await settledBefore(measured, signal);
  } catch (cause) {
    // A stalled item ends with its servers: its connections break.
    await stack.disposeAsync();
    await Promise.allSettled([measured]);
    const complaints = servers.map((server) => server.complaint());
    const late = signal.aborted && cause === signal.reason;
    const fact = late ? `Gave up after ${TRIAL_WITHIN} ms at most` : String(cause);
    throw new Error([fact, ...complaints].join("\n").trim(), { cause });
  }
}

/** Waits for a promise, or throws the reason of a signal that comes first. */
async function settledBefore<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort);
  try {
    signal.throwIfAborted();
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
