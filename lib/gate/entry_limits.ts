import { LimitError, type LimitErrorOptions } from "../base/errors.ts";
import { NO_METER, type RouteMeter } from "../base/meter.ts";
import type { IncomingRequest } from "../base/request.ts";
import type { Rate } from "../base/token_bucket.ts";
import { addressKey } from "./entry/address_key.ts";
import type { AddressRates } from "./entry/address_rates.ts";
import { Visitors } from "./entry/visitors.ts";

/** Options for how many may come in, to a server or to one of its routes. */
export interface EntryOptions {
  /** WebSockets, and plain requests under way, at once; 0, the default, means no limit. */
  readonly maxConnections?: number | undefined;
  /** The same of one address, of IPv6 of one /64; 0, the default, means no limit. */
  readonly maxPerIp?: number | undefined;
  /** Handshakes and plain requests of such an address; default: no limit. */
  readonly connectRate?: Rate | undefined;
}

/** The place that {@linkcode EntryLimits} are of. */
export interface EntryPlace {
  /** Counts who is there already; default: nobody is. */
  readonly visitors?: Visitors | undefined;
  /** Counts refusals; default: nobody does. */
  readonly meter?: RouteMeter | undefined;
}

/**
 * Limits of who may come in, to a server or to one of its routes. They are asked before all else that costs anything,
 * and a refusal leaves nothing behind.
 */
export class EntryLimits {
  readonly #most: number;
  readonly #mostOfOne: number;
  readonly #rate: Rate | undefined;
  readonly #rates: AddressRates | undefined;
  readonly #visitors: Visitors;
  readonly #meter: RouteMeter;

  constructor(
    { maxConnections, maxPerIp, connectRate }: EntryOptions,
    { visitors = new Visitors(), meter = NO_METER.at(undefined) }: EntryPlace = {},
  ) {
    this.#most = maxConnections || Infinity;
    this.#mostOfOne = maxPerIp || Infinity;
    this.#rate = connectRate?.perSecond ? connectRate : undefined;
    this.#rates = this.#rate && visitors.rates(this.#rate);
    this.#visitors = visitors;
    this.#meter = meter;
  }

  /** Whether it matters how many are there. */
  get counts(): boolean {
    return this.#most < Infinity || this.#mostOfOne < Infinity;
  }

  /**
   * Lets a request in.
   *
   * @param counted Whether it is counted also where that matters only after a reload.
   * @returns To be disposed when it, or its connection, has come to its end; undefined where it is not counted.
   * @throws {LimitError} If there are enough already.
   */
  enter({ remote }: Pick<IncomingRequest, "remote">, counted = false): Disposable | undefined {
    const isCounted = counted || this.counts;
    if (!isCounted && !this.#rates) return undefined;
    const key = addressKey(remote.address);
    if (key !== undefined) {
      this.#expectRate(key);
      this.#expectRoomFor(key);
    }
    this.#expectRoom();
    return isCounted ? this.#visitors.enter(key) : undefined;
  }

  /**
   * Counts a request for its rate alone: what it comes for is here already.
   *
   * @throws {LimitError} If there were too many.
   */
  expectRate({ remote }: Pick<IncomingRequest, "remote">): void {
    const key = this.#rates && addressKey(remote.address);
    if (key !== undefined) this.#expectRate(key);
  }

  #expectRate(key: string): void {
    const wait = this.#rates?.take(key, performance.now()) ?? 0;
    if (wait === 0) return;
    const seconds = Math.ceil(wait / 1_000);
    const most = `it may make ${this.#rate?.perSecond} a second`;
    this.#refuse("connectrate", `Too many requests from ${key}: ${most}`, { status: 429, seconds });
  }

  #expectRoomFor(key: string): void {
    const most = this.#mostOfOne;
    if (this.#visitors.of(key) < most) return;
    this.#refuse("maxperip", `Too many connections from ${key}: it may have ${most}`, {
      status: 429,
    });
  }

  #expectRoom(): void {
    const most = this.#most;
    if (this.#visitors.size < most) return;
    this.#refuse("maxconnections", `Too many connections: there may be ${most}`, { status: 503 });
  }

  #refuse(limit: string, message: string, options: LimitErrorOptions): never {
    this.#meter.limited(limit);
    throw new LimitError(limit, `${message} (${limit})`, options);
  }
}
