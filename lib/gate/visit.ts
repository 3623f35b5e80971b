import type { Associated, Log } from "../base/log.ts";
import type { IncomingRequest } from "../base/request.ts";
import { refusalLog, sessionLog } from "../base/session_log.ts";
import type { EntryLimits } from "./entry_limits.ts";
import type { Asked } from "./refusal.ts";
import type { ResumeOffer } from "./resume_offer.ts";

/** A request on its way through the gate, with what is known of it so far. */
export class Visit implements Asked {
  /** When it came, on the clock of `performance.now()`. */
  readonly since: number = performance.now();
  readonly upgrades: boolean;
  request: IncomingRequest;
  /** The offer of a session that survives; most make none. */
  readonly offer: ResumeOffer | undefined;
  /** Whether its client comes back to a session that there is, which is counted already. */
  continues = false;
  route: string | undefined;
  /** Where it is counted; most are nowhere. */
  #entries: Disposable[] | undefined;

  /** @param upgrades Whether it asks for a WebSocket. */
  constructor(request: IncomingRequest, upgrades: boolean, offer?: ResumeOffer) {
    this.request = request;
    this.offer = offer;
    this.upgrades = upgrades;
  }

  /**
   * Enters the server, or one of its routes, until it leaves.
   *
   * @returns Ends that sooner. To be waited for where the limits are those of several servers together.
   * @throws {LimitError} If there are enough already.
   */
  enter(
    limits: EntryLimits,
    counted?: boolean,
  ): Disposable | undefined | Promise<Disposable | undefined> {
    const found = this.continues
      ? limits.expectRate(this.request)
      : limits.enter(this.request, counted);
    return found instanceof Promise
      ? found.then((entry) => this.#entered(entry))
      : this.#entered(found);
  }

  #entered(entry: Disposable | undefined | void): Disposable | undefined {
    if (entry) (this.#entries ??= []).push(entry);
    return entry || undefined;
  }

  /** Counts it nowhere any more: it, or its connection, has come to its end. */
  leave(): void {
    this.leaving();
  }

  /** The same as a function that can be kept for as long as a connection: it holds nothing of the request. */
  get leaving(): () => void {
    return leavingOf(this.#entries ?? []);
  }

  /** Leaves where it is counted to its connection, which outlives the answer where it waits for its client. */
  handOver(): void {
    this.#entries = undefined;
  }

  log(facts: Associated): Log {
    return this.upgrades ? sessionLog(this.request).with(facts) : refusalLog(this.request, facts);
  }
}

function leavingOf(entries: readonly Disposable[]): () => void {
  return () => {
    for (const entry of entries) entry[Symbol.dispose]();
  };
}
