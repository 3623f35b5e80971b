import type { Server } from "../serve.ts";

/** A wait for a server to have had nothing to do; to be disposed. */
export interface Idleness extends Disposable {
  /** Resolves when it has had nothing to do for so long. */
  readonly reached: Promise<void>;
}

/** Waits until a server has had no connection and no request for so many ms; Infinity never comes. */
export function untilIdle(server: Pick<Server, "quietMs">, ms: number): Idleness {
  const { promise: reached, resolve } = Promise.withResolvers<void>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  function look(): void {
    const left = ms - server.quietMs;
    if (left <= 0) resolve();
    // A timer may be early by less than a millisecond.
    else timer = setTimeout(look, Math.ceil(left));
  }
  if (ms < Infinity) look();
  return { reached, [Symbol.dispose]: () => clearTimeout(timer) };
}
