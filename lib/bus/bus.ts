/**
 * The contract between servers that are one: what joins their rooms, their shared programs and their sessions.
 *
 * An engine stands between them, which others run for a living (Redis), or the parent of the workers of one machine.
 * A {@linkcode Bus} is one server's end of it. There are four things, and no more, that an engine has to give:
 *
 * - **topics**: a numbered log of what was said, in one order for all, of which the last entries are kept;
 * - **casts**: said to whoever listens to a topic now, and kept by nobody;
 * - **peers**: which servers are there, and a way to send something to one of them;
 * - **claims**: a name that one server holds at a time, each time with a higher number (a lease with fencing).
 *
 * What comes from an engine was perhaps written there by a stranger: whoever decodes a payload MUST check it like the
 * words of a client.
 *
 * @module
 */

import type { Mark } from "../base/mark.ts";
import type { Gauge } from "../contract.ts";

/** One server's end of what joins several. `bufferedAmount` is what waits here for the engine. */
export interface Bus extends Gauge, AsyncDisposable {
  /** The name of this server: another one at each start, 16 characters of `a` to `z` and `0` to `9`. */
  readonly self: string;
  /** The engine as a person knows it, without credentials: `redis://host:6379/0`. */
  readonly name: string;
  /** Whether the engine cannot be reached now. */
  readonly isAway: boolean;
  /** Counts since the start, where it has some. */
  readonly figures?: BusFigures;
  /** The other servers that are there. */
  readonly peers: ReadonlySet<string>;
  /**
   * Tells of peers, of what they send, and of the engine; until it is disposed. It is told nothing of what was before.
   */
  watch(watcher: BusWatcher): Disposable;
  /**
   * Says something on a topic: everybody who has subscribed gets it, this server as well, all in the same order, which
   * is that of the calls for those of one server.
   *
   * While the engine is away it waits, as long as no more than 16 MiB (`MAX_BUS_QUEUE`) do. MUST NOT throw.
   *
   * @param topic At most 512 bytes of UTF-8.
   * @param payload It belongs to the bus from now on.
   * @returns Resolves to its place when the engine has it; to undefined where it is dropped, because too much waits, it
   * has waited for too long, or the bus was disposed. Where it is not known whether the engine has it, it is said
   * again, and the engine MUST NOT take it twice. Never rejects.
   */
  publish(topic: string, payload: Uint8Array, options: PublishTerms): Promise<Mark | undefined>;
  /**
   * Listens to a topic, until it is disposed. Any number may listen to one topic; the bus asks the engine once.
   *
   * `began` MUST come first, once; then each entry after those that it has brought exactly once, in order.
   * After the engine was away, what was said meanwhile is brought as far as it is kept; `lost` says what is not.
   */
  subscribe(topic: string, subscriber: Subscriber, options?: SubscribeOptions): Disposable;
  /**
   * Says something to all who listen to a topic now, but for this server itself: in order with what it publishes
   * there, and at most once. Dropped where the engine is away, or more than 16 MiB of casts would wait for it: whoever
   * has something to tell that must not be missed waits by `drained`.
   *
   * @param payload At most 16 MiB (`MAX_BUS_QUEUE`); it belongs to the bus from now on.
   */
  cast(topic: string, payload: Uint8Array): void;
  /**
   * Sends something to one peer: in order, and at most once. Where one is missing, `left` of that peer comes before
   * those behind it, and `joined` after it, at the receiver. Dropped where there is no such peer.
   *
   * A bus need not bound this: whoever sends MUST hold himself back by what the peer says that it has taken.
   *
   * @param payload At most 16 MiB (`MAX_BUS_QUEUE`); it belongs to the bus from now on.
   */
  send(peer: string, payload: Uint8Array): void;
  /**
   * Finds who holds a name, and takes it where nobody does. Waits while the engine is away.
   *
   * @param name At most 512 bytes of UTF-8.
   * @throws {BusError} If the bus is disposed, or the engine cannot be asked within `acceptMs`.
   */
  claim(name: string): Promise<Claim>;
}

/** Counts of a {@linkcode Bus} since the start, in messages. */
export interface BusFigures {
  /** Published, which the engine has. */
  readonly published: number;
  /** Brought to those who listen here: once for each topic. */
  readonly delivered: number;
  /** Told to be lost, as far as it is known how many. */
  readonly lost: number;
  /** Published, but not taken: too much waited, or for too long. */
  readonly dropped: number;
  /** Cast, or sent to one server, but dropped because too much waited. */
  readonly uncast?: number;
}

/** The wishes of {@linkcode Bus.publish} to the engine. */
export interface PublishTerms {
  /** Messages in the payload, at least 1: each has a number. */
  readonly count: number;
  /** How many of the last messages of the topic are kept at least, beside what the engine keeps to bring after it was away. */
  readonly keep: number;
}

/** The beginning that somebody wants who subscribes. */
export interface SubscribeOptions {
  /**
   * How many of the last messages `began` brings; default 0. Entries come whole: the first may begin with some that
   * are older, or known.
   */
  readonly last?: number;
  /** The last message that is known already: of those, only what follows. */
  readonly after?: Mark | undefined;
}

/**
 * Somebody who listens to a topic. Nothing of it MUST throw, nor wait, nor change a payload, which others have as well
 * and which may be part of a larger buffer: whoever keeps a small one copies it.
 */
export interface Subscriber {
  /**
   * The subscription has begun.
   *
   * @param past Entries from before, the oldest first.
   * @param next The place of the message that comes next.
   */
  began(past: readonly Entry[], next: Mark): void;
  /** Something was said. */
  entry(entry: Entry): void;
  /** Somebody has cast something. */
  cast(payload: Uint8Array, from: string): void;
  /**
   * Messages before the next entry are missing.
   *
   * @param count How many; undefined where nobody can know, as after the engine has lost its memory. The log of the
   * marks that come then is another one.
   */
  lost(count: number | undefined): void;
}

/** Something that was said on a topic. */
export interface Entry {
  /**
   * The place of its first message. Numbers rise, and may jump where nothing is missing, as after the engine has
   * started anew: `lost` alone says what is.
   */
  readonly mark: Mark;
  /** The number of its messages. */
  readonly count: number;
  /** The server that has said it; whatever stands there, where a stranger wrote it. */
  readonly from: string;
  /** The bytes that were said; their memory may be kept, and MUST NOT be changed. */
  readonly payload: Uint8Array;
}

/** Somebody who is told of the other servers, and of the engine. Nothing of it MUST throw, nor wait. */
export interface BusWatcher {
  /** Another server is there. */
  joined?(peer: string): void;
  /** Another server has ended, or nobody hears of it any more: nothing that was sent to it and is not answered will be. */
  left?(peer: string): void;
  /** A peer has sent something. */
  received?(payload: Uint8Array, from: string): void;
  /** The engine cannot be reached any more. */
  away?(why: string): void;
  /** The engine can be reached again. */
  back?(): void;
}

/** The reason of {@linkcode Claim.over} where the holder has given it back itself: it has ended in peace what it did. */
export const GIVEN_BACK: unique symbol = Symbol("given back");

/** The holder of a name. */
export interface Claim extends Disposable {
  /** The server that holds it; `self` of the bus where this one does. */
  readonly peer: string;
  /** Higher than that of every holder before it. */
  readonly fence: number;
  /**
   * Aborts when that server holds it no more, or it is not sure any more: whoever held it MUST have ended what
   * only the holder may do at once, and others ask again. A holder is sure as long as the engine has answered
   * within its time (`ttl`), which begins before it asks.
   *
   * Its reason is {@linkcode GIVEN_BACK} where the holder has given it back itself, as far as the engine tells that.
   */
  readonly over: AbortSignal;
  /** Gives it back, where this server holds it; otherwise only forgets it. */
  [Symbol.dispose](): void;
}

/** A way for frames between two processes, in order. `bufferedAmount` is what waits for the other one. */
export interface Channel extends Gauge {
  /** Takes frames from now on, each of which belongs to the taker: what comes before is kept. MUST NOT throw. */
  listen(take: (frame: Uint8Array) => void): void;
  /** Sends a frame, of at most 32 MiB, which belongs to the channel from now on. */
  send(frame: Uint8Array): void;
  /** Resolves when the other one has gone, or `close` was called. */
  readonly closed: Promise<void>;
  close(): void;
}
