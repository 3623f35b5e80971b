import { LimitError, type LimitErrorOptions } from "../base/errors.ts";
import { NO_METER, type RouteMeter } from "../base/meter.ts";
import type { IncomingRequest } from "../base/request.ts";
import type { Rate } from "../base/token_bucket.ts";
import { addressKey } from "./entry/address_key.ts";
import { type EntryBook, type EntryTerms, type Full, fullFor } from "./entry/entry_book.ts";
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
  /** Knows who is there of all servers that are one; default: this is the only one. */
  readonly book?: EntryBook | undefined;
  /** Counts refusals; default: nobody does. */
  readonly meter?: RouteMeter | undefined;
}

/**
 * Limits of who may come in, to a server or to one of its routes. They are asked before all else that costs anything,
 * and a refusal leaves nothing behind.
 */
export class EntryLimits {
  readonly #terms: EntryTerms;
  readonly #visitors: Visitors;
  /** Only where there is a limit. */
  readonly #book: EntryBook | undefined;
  readonly #meter: RouteMeter;

  constructor(
    { maxConnections = 0, maxPerIp = 0, connectRate }: EntryOptions,
    { visitors = new Visitors(), book, meter = NO_METER.at(undefined) }: EntryPlace = {},
  ) {
    const rate = connectRate?.perSecond ? connectRate : undefined;
    this.#terms = { most: maxConnections, mostOfOne: maxPerIp, rate };
    this.#visitors = visitors;
    this.#book = this.counts || rate ? book : undefined;
    // It is to know also of those who came before there was a limit.
    if (this.counts && book) visitors.tell(book);
    this.#meter = meter;
  }

  /** Whether it matters how many are there. */
  get counts(): boolean {
    return this.#terms.most > 0 || this.#terms.mostOfOne > 0;
  }

  /**
   * Lets a request in.
   *
   * @param counted Whether it is counted also where that matters only after a reload.
   * @returns To be disposed when it, or its connection, has come to its end; undefined where it is not counted. To be
   * waited for where there is a limit of several servers together.
   * @throws {LimitError} If there are enough already.
   */
  enter(
    { remote }: Pick<IncomingRequest, "remote">,
    counted = false,
  ): Disposable | undefined | Promise<Disposable | undefined> {
    const isCounted = counted || this.counts;
    if (!isCounted && !this.#terms.rate) return undefined;
    const key = addressKey(remote.address);
    if (this.#book) return this.#enterAll(this.#book, key, isCounted);
    const full = fullFor(this.#visitors, key, this.#terms);
    if (full) this.#refuse(full, key);
    return isCounted ? this.#visitors.enter(key) : undefined;
  }

  /**
   * Counts a request for its rate alone: what it comes for is here already.
   *
   * @throws {LimitError} If there were too many.
   */
  expectRate({ remote }: Pick<IncomingRequest, "remote">): void | Promise<void> {
    const { rate } = this.#terms;
    const key = rate && addressKey(remote.address);
    if (key === undefined) return;
    const terms = { most: 0, mostOfOne: 0, rate };
    if (this.#book) return this.#expectRate(this.#book, key, terms);
    const full = fullFor(this.#visitors, key, terms);
    if (full) this.#refuse(full, key);
  }

  async #enterAll(
    book: EntryBook,
    key: string | undefined,
    isCounted: boolean,
  ): Promise<Disposable | undefined> {
    const isKnown = isCounted && this.#visitors.isTold;
    const full = await book.enter(key, this.#terms, isKnown);
    if (full) this.#refuse(full, key);
    return isCounted ? this.#visitors.enter(key, isKnown) : undefined;
  }

  async #expectRate(book: EntryBook, key: string, terms: EntryTerms): Promise<void> {
    const full = await book.enter(key, terms, false);
    if (full) this.#refuse(full, key);
  }

  #refuse({ limit, wait }: Full, key = ""): never {
    const { most, mostOfOne, rate } = this.#terms;
    this.#meter.limited(limit);
    const [message, options] = {
      connectrate: [
        `Too many requests from ${key}: it may make ${rate?.perSecond} a second`,
        { status: 429, seconds: Math.ceil(wait / 1_000) },
      ],
      maxperip: [`Too many connections from ${key}: it may have ${mostOfOne}`, { status: 429 }],
      maxconnections: [`Too many connections: there may be ${most}`, { status: 503 }],
    }[limit] as [string, LimitErrorOptions];
    throw new LimitError(limit, `${message} (${limit})`, options);
  }
}
