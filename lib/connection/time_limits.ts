import type { Rounds } from "../base/rounds.ts";

/** Options for how long a connection may be. */
export interface TimeOptions {
  /** Milliseconds without a message either way; 0 and Infinity, the default, mean any time. */
  readonly idleTimeout?: number | undefined;
  /** Milliseconds in all; 0 and Infinity, the default, mean any time. */
  readonly maxLifetime?: number | undefined;
  /** Milliseconds until what has let the client in is over; default: it never is. */
  readonly authTime?: number | undefined;
}

/** The time of a connection that is over: that of an option, or of what has let its client in. */
export type TimeLimit = "idletimeout" | "maxlifetime" | "auth";

/** A connection whose time is limited. */
export interface Timed {
  /** A number that is another one whenever there was a message. */
  readonly activity: number;
  /** Whether its client is held back, and cannot show that it is there. */
  readonly isHeld: boolean;
  /** Ends it: its time is over. */
  timeOver(limit: TimeLimit): void;
}

/** A watch of the time of a connection; disposing it ends it, and does nothing a second time. */
export interface TimeWatch extends Disposable {
  /** Has what let the client in be over in so many ms from now; default: never. */
  renew(authTime?: number): void;
}

// A connection is ended no later than that, in ms, or than an eighth of a time that is short.
const LATEST = 1_000;
const SHARE = 8;

/**
 * Ends a connection when its time is over: never sooner, and at most a second later. Messages cost nothing for it.
 *
 * @returns undefined where no time is limited.
 */
export function watchTime(
  timed: Timed,
  { idleTimeout, maxLifetime, authTime = Infinity }: TimeOptions,
  rounds: Rounds,
): TimeWatch | undefined {
  const idle = idleTimeout || Infinity;
  const life = maxLifetime || Infinity;
  const shortest = Math.min(idle, life, authTime);
  if (shortest === Infinity) return undefined;
  const opened = rounds.now;
  let authEnd = opened + authTime;
  let quietSince = opened;
  let { activity } = timed;
  const look = (now: number): void => {
    if (timed.activity !== activity || timed.isHeld) {
      ({ activity } = timed);
      quietSince = now;
    }
    const over = now >= authEnd
      ? "auth"
      : now - opened >= life
      ? "maxlifetime"
      : now - quietSince >= idle
      ? "idletimeout"
      : undefined;
    if (over === undefined) return;
    leave();
    timed.timeOver(over);
  };
  const leave = rounds.join(Math.ceil(Math.min(LATEST, shortest / SHARE)), look);
  return {
    renew: (ms = Infinity) => authEnd = rounds.now + ms,
    [Symbol.dispose]: leave,
  };
}
