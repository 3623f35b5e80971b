import { HandshakeError, messageOf } from "../../../base/errors.ts";
import type { Log } from "../../../base/log.ts";
import type { Mark } from "../../../base/mark.ts";
import type { FrontLeg } from "./front_leg.ts";
import type { Link } from "./link.ts";
import type { FrontEnd } from "./relay_end.ts";

/** The server that is to serve a client, as it was found. */
export interface Found {
  readonly link: Link;
  /** The request and all that has to be known of it, as JSON. */
  readonly words: unknown;
  /** Another one for each time that a server begins to serve what it does; default: nobody asks. */
  readonly fence?: number;
  /** Aborts when that server serves it no more; default: that is known by its link alone. */
  readonly over?: AbortSignal | undefined;
  /** Whether that server tells itself what its process may not have read, once `over` has aborted; default: it does not. */
  isTold?(): boolean;
}

/** The service that a client had before its server served it no more. */
export interface Before {
  /** The fence of that. */
  readonly fence: number | undefined;
  /** The last numbered message that it was sent, from whatever server. */
  readonly seen: Mark | undefined;
}

/** A client that asks to be served. */
export interface Asking {
  /** Whether it is there already: then it can wait for longer than one that comes. */
  readonly isThere: boolean;
  /** The last numbered message that it was sent, from whatever server. */
  readonly seen: Mark | undefined;
  /** Aborts when nobody waits for that. */
  readonly signal?: AbortSignal | undefined;
}

/** The word of the server that is asked to serve a client. */
export interface RelayAnswer {
  /** Whether it was accepted; otherwise, refused. */
  readonly isAccepted: boolean;
  /** As JSON that nobody has checked. */
  readonly words: unknown;
}

/** Options of {@linkcode ServerSearch}. */
export interface ServerSearchOptions {
  readonly log: Log;
  /**
   * Finds the server that serves it now; undefined where it is not there yet.
   *
   * @param before The service that it had; undefined where it had none yet.
   * @throws {HandshakeError} If nobody does, nor will.
   */
  find(before: Before | undefined): Promise<Found | undefined>;
  /** Whether another server serves it where one does no more, so that the client does not notice. */
  readonly isLasting: boolean;
  /** Whether a refusal says nothing but that another server serves it. */
  isStale(words: unknown): boolean;
}

/** Milliseconds in which somebody has to serve a client again. */
export const SEARCH_TIME = 60_000;

// Milliseconds between two attempts: at first, and at most.
const SHORTEST = 25;
const LONGEST = 2_000;

/** The search for the server that serves a client, and the leg to the one that was asked last. */
export class ServerSearch {
  readonly #front: FrontEnd;
  readonly #options: ServerSearchOptions;
  #leg: FrontLeg | undefined;
  #isServed = false;
  /** The fence of the server that was asked last, and of the one that has served it last. */
  #fence: number | undefined;
  #service: { readonly fence: number | undefined } | undefined;
  #answer: PromiseWithResolvers<RelayAnswer | undefined> | undefined;
  #signal: AbortSignal | undefined;
  #isTold: (() => boolean) | undefined;
  /** Ends the wait before the next attempt. */
  #wake = () => {};
  #isOver = false;

  /** @param front Told of everything that comes over the leg, and when it breaks. */
  constructor(front: FrontEnd, options: ServerSearchOptions) {
    this.#front = front;
    this.#options = options;
  }

  /** The leg to the server that was asked; undefined where there is none. */
  get leg(): FrontLeg | undefined {
    return this.#leg;
  }

  /** The leg to the server that serves it; undefined where none does. */
  get served(): FrontLeg | undefined {
    return this.#isServed ? this.#leg : undefined;
  }

  /** Takes the server that was asked for the one that serves it. */
  serve(): void {
    this.#isServed = true;
    this.#service = { fence: this.#fence };
  }

  /**
   * Asks for it to be served, whoever does.
   *
   * @throws {HandshakeError} If nobody can be found in time (503).
   */
  async begin(asking: Asking): Promise<RelayAnswer> {
    const { signal } = asking;
    const leave = () => this.end();
    signal?.addEventListener("abort", leave, { once: true });
    if (signal?.aborted) leave();
    try {
      return await this.#begin(asking);
    } finally {
      signal?.removeEventListener("abort", leave);
    }
  }

  async #begin(asking: Asking): Promise<RelayAnswer> {
    const until = performance.now() + SEARCH_TIME;
    const { isLasting, isStale } = this.#options;
    for (let wait = SHORTEST;; wait = Math.min(LONGEST, 2 * wait)) {
      const answer = await this.#ask(asking);
      if (answer && !(isLasting && !answer.isAccepted && isStale(answer.words))) return answer;
      if (!isLasting || this.#isOver || performance.now() > until) {
        throw new HandshakeError(503, "No server serves it");
      }
      // Not all of them at the same time.
      await this.#wait(wait * (0.5 + Math.random()));
    }
  }

  /** The server that was asked has said whether it serves it; undefined where it says nothing any more. */
  answered(answer: RelayAnswer | undefined): void {
    this.#answer?.resolve(answer);
  }

  /** Forgets the leg; what still comes over it is nobody's. */
  forget(): void {
    this.#signal?.removeEventListener("abort", this.#lose);
    this.#signal = undefined;
    this.#leg?.forget();
    this.#leg = undefined;
    this.#isServed = false;
  }

  /** Finds nobody any more, and forgets the leg. */
  end(): void {
    this.#isOver = true;
    this.#leg?.drop();
    this.forget();
    this.answered(undefined);
    this.#wake();
  }

  async #wait(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = setTimeout(resolve, ms);
    await promise;
    clearTimeout(timer);
  }

  /** Answers undefined where the server that was found serves it no more. */
  async #ask(asking: Asking): Promise<RelayAnswer | undefined> {
    const found = await this.#find(asking);
    if (!found || this.#isOver || found.over?.aborted) return undefined;
    const { link, words, fence, over, isTold } = found;
    this.#fence = fence;
    const answer = this.#answer = Promise.withResolvers<RelayAnswer | undefined>();
    this.#signal = over;
    this.#isTold = isTold;
    over?.addEventListener("abort", this.#lose);
    this.#leg = link.open(this.#front, words);
    return await answer.promise;
  }

  async #find({ isThere, seen }: Asking): Promise<Found | undefined> {
    const before = this.#service && { ...this.#service, seen };
    try {
      return await this.#options.find(before);
    } catch (error) {
      if (!isThere || error instanceof HandshakeError) throw error;
      this.#options.log.debug("session", `Nobody is found to serve it yet: ${messageOf(error)}`);
      return undefined;
    }
  }

  readonly #lose = () => {
    this.#leg?.drop();
    // It has said so itself: that comes later where this server or its client is slow.
    this.#front.broke("It holds that no more", this.#isTold?.());
  };
}
