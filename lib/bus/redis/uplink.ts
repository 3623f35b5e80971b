import { BusError, messageOf } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import { type Ending, keepConnected } from "./keep_connected.ts";
import { RedisLink } from "./redis_link.ts";
import type { RedisTerms } from "./redis_terms.ts";
import { advised } from "./refusal.ts";
import { refusalKind } from "./refusal_kind.ts";

/** Options of an {@linkcode Uplink}. */
export interface UplinkOptions {
  readonly self: string;
  readonly terms: RedisTerms;
  readonly log: Log;
  /** Something was published on a channel. */
  heard(channel: string, message: Uint8Array): void;
  /**
   * Begins to use a link, which is open.
   *
   * @throws If that cannot be done: then it ends.
   */
  begin(link: RedisLink): Promise<void>;
  /** The link is not to be used any more. */
  down(): void;
  /** Redis cannot be reached any more. */
  away(why: string): void;
  /** Redis can be reached again. */
  back(): void;
  /** Redis cannot be reached, for another reason than before. */
  failed(why: string): void;
}

/** The way of a server to Redis: one link after the other, and the log says when there is none. */
export class Uplink {
  readonly #options: UplinkOptions;
  readonly #over = new AbortController();
  #running = Promise.resolve();
  /** Ends the link, for whoever waits for its end. */
  #finish = (_why: string): void => {};

  constructor(options: UplinkOptions) {
    this.#options = options;
  }

  /** Resolves when it has ended. */
  get ended(): Promise<void> {
    return this.#running;
  }

  /**
   * Connects, and goes on to do so until it is ended; also where Redis cannot be reached now.
   *
   * @throws {BusError} If Redis refuses it for good, as with a wrong password.
   */
  async open(): Promise<void> {
    const { terms, log, away, back, failed } = this.#options;
    const say = (level: "error" | "info", what: string) => log.together(level, "server", what);
    let current: Ending | undefined;
    try {
      current = await this.#connect();
    } catch (error) {
      if (error instanceof BusError) throw error;
      say("error", `Cannot reach the bus ${terms.name}: ${messageOf(error)}`);
    }
    this.#running = keepConnected(current, {
      connect: () => this.#connect(),
      away(why) {
        say("error", `The bus ${terms.name} is away: ${advised(why, terms)}`);
        away(why);
      },
      back() {
        say("info", `The bus ${terms.name} is there again`);
        back();
      },
      failed,
      // Where Redis has lost its memory, nobody takes what others hold for two of these attempts.
      hurry: terms.ttl,
      // As where it has memory for what servers say of themselves, and for nothing else.
      isFutile: (why) => refusalKind(why) === "unable",
      signal: this.#over.signal,
    });
  }

  /** Connects no more; nobody waits for the end of the link any more, which its user has ended. */
  end(): void {
    this.#over.abort();
    this.#finish("it is closed");
  }

  async #connect(): Promise<Ending> {
    const { terms, self, heard, begin, down } = this.#options;
    const { promise: ended, resolve } = Promise.withResolvers<string>();
    this.#finish = resolve;
    const failed = (why: string) => {
      down();
      resolve(why);
    };
    const link = await RedisLink.open(terms, self, { message: heard, failed }, this.#over.signal);
    try {
      const broken = ended.then((why) => Promise.reject(new Error(why)));
      await Promise.race([begin(link), broken]);
      return { ended };
    } catch (error) {
      link[Symbol.dispose]();
      down();
      if (refusalKind(error) !== "refused") throw error;
      const why = advised(messageOf(error), terms);
      throw new BusError(`Cannot use the bus: ${why}`, { cause: error });
    }
  }
}
