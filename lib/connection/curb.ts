import type { Batch } from "../base/batch.ts";
import { type FloodLog, withMore } from "../base/flood_log.ts";
import type { Log } from "../base/log.ts";
import type { RouteMeter } from "../base/meter.ts";
import type { Rounds } from "../base/rounds.ts";
import { Pace, type Paced, type PaceOptions } from "./pace.ts";
import {
  type Timed,
  type TimeLimit,
  type TimeOptions,
  type TimeWatch,
  watchTime,
} from "./time_limits.ts";

/** Limits of one connection. */
export type CurbLimits = PaceOptions & TimeOptions;

/** The connection that a {@linkcode Curb} is of. */
export interface Curbed {
  /** A number that is another one whenever there was a message. */
  readonly activity: number;
  /** Passes messages on to the handler. */
  pass(batch: Batch): void;
  /** Reads nothing more of the client; answers whether that can be. */
  stopReading(): boolean;
  /** Reads again, unless its handler has paused it. */
  readOn(): void;
  /** Ends it, whatever its handler does. */
  end(code: number, reason: string): void;
}

/** Options of {@linkcode Curb}. */
export interface CurbOptions {
  readonly limits: CurbLimits;
  /** The pattern of its route. */
  readonly route: string;
  readonly log: Log;
  readonly meter: RouteMeter;
  /** Says of limits no more than once a second what any client can cause. */
  readonly floodLog: FloodLog;
  /** Looks at all connections whose time is limited. */
  readonly rounds: Rounds;
}

/** Holds a connection to the limits of its route: how fast its client may send, how long it may stay or be silent. */
export class Curb implements Paced, Timed {
  readonly #curbed: Curbed;
  readonly #options: CurbOptions;
  readonly #pace: Pace | undefined;
  #watch: TimeWatch | undefined;
  #wasHeld = false;

  constructor(curbed: Curbed, options: CurbOptions) {
    this.#curbed = curbed;
    this.#options = options;
    this.#pace = Pace.of(this, options.limits);
  }

  /** Begins to look at the time. */
  opened(): void {
    const { limits, rounds } = this.#options;
    this.#watch = watchTime(this, limits, rounds);
  }

  /** Has what lets the client in be over in so many ms, in place of the time before; undefined means never. */
  readmitted(authTime: number | undefined): void {
    this.#watch?.renew(authTime);
  }

  /** Takes messages of the client, which go on as soon as they may. */
  take(batch: Batch): void {
    if (this.#pace) this.#pace.take(batch);
    else this.#curbed.pass(batch);
  }

  /** Passes on all that waits: nothing more comes from the client. */
  flush(): void {
    this.#pace?.flush();
  }

  /** Limits nothing any more: what waits is not passed on. */
  stop(): void {
    this.#pace?.stop();
    this.#watch?.[Symbol.dispose]();
  }

  get activity(): number {
    return this.#curbed.activity;
  }

  get isHeld(): boolean {
    return this.#pace?.isHolding ?? false;
  }

  pass(batch: Batch): void {
    this.#curbed.pass(batch);
  }

  hold(limit: string): boolean {
    if (!this.#curbed.stopReading()) return false;
    if (!this.#wasHeld) {
      this.#say(limit, heldBack(limit));
    }
    this.#wasHeld = true;
    return true;
  }

  release(): void {
    this.#curbed.readOn();
  }

  exceeded(limit: string): void {
    this.#say(limit, `The client sends too fast, and cannot be held back (${limit})`);
    this.#curbed.end(1008, `Sends too fast (${limit})`);
  }

  timeOver(limit: TimeLimit): void {
    if (limit === "auth") return this.#curbed.end(1008, "The token has expired");
    this.#options.meter.limited(limit);
    this.#curbed.end(1001, limit === "idletimeout" ? "Idle timeout" : "Maximum lifetime reached");
  }

  #say(limit: string, message: string): void {
    sayLimit(this.#options, limit, message);
  }
}

/** The line of the log about a client that is held back. */
export const heldBack = (limit: string): string =>
  `The client is held back: it sends too fast (${limit})`;

/** Counts what happened to a client at a limit, and has the log say so. */
export function sayLimit(
  { meter, floodLog, route, log }: Pick<CurbOptions, "meter" | "floodLog" | "route" | "log">,
  limit: string,
  message: string,
): void {
  meter.limited(limit);
  floodLog.say(`${limit} ${route}`, (more) => {
    log.error("websocket", withMore(message, more));
  });
}

/** Whether any limit is said. */
export function isLimited(limits: CurbLimits): boolean {
  const { messageRate, byteRate, idleTimeout, maxLifetime, authTime = Infinity } = limits;
  const hasTimes = [idleTimeout, maxLifetime].some((time) => time && time !== Infinity);
  return Boolean(messageRate?.perSecond || byteRate?.perSecond) || hasTimes ||
    authTime !== Infinity;
}
