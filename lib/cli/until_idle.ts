/** A wait for a server to have had nothing to do; to be disposed. */
export interface Idleness extends Disposable {
  /** Resolves when it has had nothing to do for so long. */
  readonly reached: Promise<void>;
}

/** Says for how long it has had nothing to do; where it has to ask others, with a promise. */
export interface Idling {
  readonly quietMs: number | Promise<number>;
}

/** Waits until a server has had no connection and no request for so many ms; Infinity never comes. */
export function untilIdle(server: Idling, ms: number): Idleness {
  const { promise: reached, resolve } = Promise.withResolvers<void>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;
  async function look(): Promise<void> {
    const { quietMs } = server;
    const left = ms - (typeof quietMs === "number" ? quietMs : await quietMs);
    if (isOver) return;
    if (left <= 0) resolve();
    // A timer may be early by less than a millisecond.
    else timer = setTimeout(look, Math.ceil(left));
  }
  if (ms < Infinity) look();
  return {
    reached,
    [Symbol.dispose]() {
      isOver = true;
      clearTimeout(timer);
    },
  };
}
