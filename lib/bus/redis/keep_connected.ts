import { messageOf } from "../../base/errors.ts";

// Milliseconds before another try: at first, and at most.
const [FIRST, LONGEST] = [50, 5_000];

/** Something that ends at some time. */
export interface Ending {
  /** Resolves to the reason when it has ended. */
  readonly ended: Promise<string>;
}

/** Options of {@linkcode keepConnected}. */
export interface KeepConnectedOptions {
  connect(): Promise<Ending>;
  /** Told when it has ended. */
  away(why: string): void;
  /** Told when it is there again. */
  back(): void;
  /** Told when it cannot be had, for another reason than before. */
  failed(why: string): void;
  /** Milliseconds for which it is tried often, because much depends on it that is over then. */
  readonly hurry: number;
  /** Whether a connection that has ended would be there again at once, and end in the same way. */
  isFutile(why: string): boolean;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Milliseconds on a clock that never goes back. */
  readonly now?: () => number;
}

/**
 * Connects again and again, as often as the connection ends: at first soon, then less often, and each server at times
 * of its own.
 *
 * @param current The connection that there is; default: none.
 */
export async function keepConnected(
  current: Ending | undefined,
  {
    connect,
    away,
    back,
    failed,
    hurry,
    isFutile,
    signal,
    now = () => performance.now(),
  }: KeepConnectedOptions,
): Promise<void> {
  let since = now();
  for (let [tries, known] = [0, ""]; !signal.aborted;) {
    if (current) {
      const begun = now();
      const why = await current.ended;
      if (signal.aborted) return;
      [current, known] = [undefined, ""];
      if (now() - begun >= hurry || !isFutile(why)) [tries, since] = [0, now()];
      away(why);
    }
    const longest = now() - since < hurry ? hurry / 8 : LONGEST;
    const most = Math.min(longest, FIRST * 2 ** tries++);
    await sleep(most / 2 + Math.random() * most / 2, signal);
    if (signal.aborted) return;
    try {
      current = await connect();
      back();
    } catch (error) {
      // It has failed for that alone.
      if (signal.aborted) return;
      const why = messageOf(error);
      if (why !== known) failed(why);
      known = why;
    }
  }
}

/** Resolves after so many ms, or when the signal aborts. */
async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const wake = () => resolve();
  signal.addEventListener("abort", wake);
  await promise;
  signal.removeEventListener("abort", wake);
  clearTimeout(timer);
}
