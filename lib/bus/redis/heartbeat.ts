import { RunningTime } from "../../base/running_time.ts";
import type { RedisKeys } from "./redis_keys.ts";
import type { RedisLink } from "./redis_link.ts";
import { patienceOf, type RedisTerms } from "./redis_terms.ts";
import { readInbox } from "./inbox.ts";
import type { Reply } from "./redis_client.d.ts";
import { MAX_SHIPMENT } from "./shipment.ts";

// Entries of the inbox that are read at once.
const MOST = 100;

// Turns of this server, at least, in which it waits for an answer: one that lies there already, because this server
// stood still, is read in the first of them.
const TURNS = 4;

/** Options of a {@linkcode Heartbeat}. */
export interface HeartbeatOptions {
  readonly self: string;
  readonly keys: RedisKeys;
  readonly terms: RedisTerms;
  /** Bytes that Redis has been sent, or is being sent, and has not answered. */
  underWay(): number;
  /** These servers are there, and this one. */
  there(servers: readonly string[]): void;
  /** Entries of this server's inbox have come. */
  take(entries: readonly Reply[]): void;
  /** Redis does not know this server any more, which it should. */
  forgotten(): void;
  /** The mark of what Redis knows, and for how long it may not know who holds what, in ms. */
  marked(mark: string, quiet: number): void;
  /** Milliseconds on a clock that never goes back. */
  readonly now?: () => number;
}

/** Says again and again that this server is there, and looks whether Redis still answers, on both its connections. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #now: () => number;
  /** The time in which this server could hear an answer. */
  readonly #running: RunningTime;
  /** The time when Redis was asked last of what it has answered: by the clock, and by that. */
  #seen = -Infinity;
  #seenRunning = -Infinity;
  /** The time when the inbox has answered last, by that alone. */
  #heard = -Infinity;
  #most = MOST;
  #isOver = false;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#running = new RunningTime(options.terms.ttl / TURNS, this.#now);
  }

  /** Whether Redis has said nothing for so long that all others count as gone. */
  get isAlone(): boolean {
    return this.#running.look() - this.#seenRunning >= this.#options.terms.ttl;
  }

  /** Says that this server is there, and learns which others are. */
  async beat(link: RedisLink): Promise<void> {
    if (this.#isOver) return;
    const { self, keys, terms, there, forgotten, marked } = this.#options;
    const [asked, running] = [this.#now(), this.#running.look()];
    const late = this.#await(link);
    try {
      const reply = await link.script(
        "beat",
        [keys.servers, keys.inbox(self), keys.mark],
        [
          self,
          String(terms.ttl),
          keys.servers,
          link.run,
          String(Math.floor(asked - link.startedBefore)),
        ],
      );
      const [added, names, mark = "", quiet] = Array.isArray(reply) ? reply : [];
      marked(String(mark), Number(quiet));
      if (added === 1 && asked - this.#seen < terms.ttl) forgotten();
      [this.#seen, this.#seenRunning] = [asked, running];
      there(Array.isArray(names) ? names.map(String) : []);
    } finally {
      late.end();
    }
  }

  /** Says that this server is gone, and from now on not any more that it is there. */
  async leave(link: RedisLink): Promise<void> {
    this.#isOver = true;
    const { self, keys } = this.#options;
    await link.script("leave", [keys.servers, keys.inbox(self)], [self, "0", keys.servers]);
  }

  /** Takes what comes to this server's inbox, as long as the link is there. */
  listen(link: RedisLink): void {
    const { self, keys, terms, take } = this.#options;
    this.#heard = this.#running.look();
    const answered = () => {
      this.#heard = this.#running.look();
      this.#most = Math.min(MOST, this.#most + 1);
    };
    const [wait, most] = [terms.ttl / 2, () => this.#most];
    void readInbox(link, keys.inbox(self), { wait, most, take, answered });
  }

  /** Ends the link where the connection that waits for the inbox is broken, which nothing else would show. */
  look(link: RedisLink): void {
    if (this.#running.look() - this.#heard < 4 * this.#options.terms.ttl) return;
    // It may only be slow, with much to bring: then less is asked for.
    this.#most = Math.ceil(this.#most / 4);
    link.fail("its inbox does not answer");
  }

  /**
   * Ends the link where no answer comes in time, as far as this server has run meanwhile. What was sent before it may
   * take longer, as a large message over a thin line, as long as Redis answers on the other connection.
   */
  #await(link: RedisLink): { end(): void } {
    const { terms, underWay } = this.#options;
    const patience = patienceOf(terms);
    const most = patience * (1 + underWay() / MAX_SHIPMENT);
    const turn = patience / TURNS;
    const waited = new RunningTime(turn, this.#now);
    const look = () => {
      const ms = waited.look();
      const isHeard = this.#running.look() - this.#heard < terms.ttl / 2 + patience;
      if (ms >= (isHeard ? most : patience)) link.fail("it does not answer");
    };
    const timer = setInterval(look, turn);
    return { end: () => clearInterval(timer) };
  }
}
