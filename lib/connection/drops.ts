import type { Log } from "../base/log.ts";
import type { SlowPolicy } from "../contract.ts";
import type { Tally } from "./tally.ts";

// A client that is slow again and again must not fill the log: so many ms between its lines.
const LOG_INTERVAL = 10_000;

/** Options of {@linkcode Drops}. */
export interface DropsOptions {
  readonly slow: SlowPolicy;
  readonly log: Log;
  /** Is told of each. */
  readonly tally: Pick<Tally, "dropped">;
}

/** The messages that one client was not sent, all of which the log counts. */
export class Drops {
  readonly #log: Log;
  readonly #policy: SlowPolicy;
  readonly #tally: Pick<Tally, "dropped">;
  /** Number of messages that no line has counted yet. */
  #count = 0;
  #isTold = false;
  #toldAt = -Infinity;

  constructor({ log, slow, tally }: DropsOptions) {
    this.#log = log;
    this.#policy = slow;
    this.#tally = tally;
  }

  /** One is dropped; the log says so at the first. */
  add(): void {
    this.#count++;
    this.#tally.dropped(1);
    if (this.#isTold || !this.#mayTell) return;
    this.#isTold = true;
    const how = `messages are dropped (slow=${this.#policy})`;
    this.#log.info("websocket", `The client reads too slowly: ${how}`);
  }

  /** The client has got everything that waited for it. */
  readsAgain(): void {
    if (this.#count > 0 && (this.#isTold || this.#mayTell)) this.#tell("reads again");
  }

  /** The client has left, and so many messages still waited for it. */
  left(waiting: number): void {
    this.#count += waiting;
    this.#tally.dropped(waiting);
    if (this.#count > 0) this.#tell("left");
  }

  get #mayTell(): boolean {
    return performance.now() - this.#toldAt >= LOG_INTERVAL;
  }

  #tell(what: string): void {
    const messages = this.#count === 1 ? "1 message was" : `${this.#count} messages were`;
    const why = "dropped because it read too slowly";
    this.#log.info("websocket", `The client ${what}: ${messages} ${why}`);
    this.#count = 0;
    this.#isTold = false;
    this.#toldAt = performance.now();
  }
}
