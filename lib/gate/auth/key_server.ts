import { messageOf } from "../../base/errors.ts";
import { AUTH_TIMEOUT } from "../../base/limits.ts";
import { Log } from "../../base/log.ts";
import { Seldom } from "../../base/seldom.ts";
import { ask, nameOf } from "./ask.ts";
import type { KeySource } from "./key_source.ts";
import { readPublicKeys } from "./read_keys.ts";
import type { VerificationKey } from "./verification_key.ts";

// Milliseconds after which keys are asked for again, so that one that was withdrawn is not taken for ever.
const MAX_AGE = 600_000;

// Milliseconds between two questions that a key which is not known has brought about: clients choose its name.
const COOLDOWN = 10_000;

// Milliseconds between two questions as long as there are no keys at all.
const RETRY = 1_000;

// Bytes of an answer.
const MOST = 256 * 1024;

/** Options of {@linkcode KeyServer}. */
export interface KeyServerOptions {
  /** A clock in ms; default: that of the machine. */
  readonly now?: () => number;
  /** Milliseconds for an answer; default 8 s. */
  readonly ms?: number;
}

/** The keys of a JWK Set that another server has; as long as it is away, those that it had stay. */
export class KeyServer implements KeySource {
  readonly #url: URL;
  readonly #now: () => number;
  readonly #ms: number;
  readonly #ending = new AbortController();
  #keys: readonly VerificationKey[] = [];
  /** The time at which they came. */
  #since = -Infinity;
  /** The time of the last question, and of the last one that a key which is not known has brought about. */
  #asked = -Infinity;
  #sought = -Infinity;
  #asking: Promise<void> | undefined;
  /** Why the last question had no answer. */
  #failure: string | undefined;
  readonly #seldom = new Seldom();

  /** @param url The address of the set; it is asked when the first token comes. */
  constructor(url: URL, options: KeyServerOptions = {}) {
    this.#url = url;
    this.#now = options.now ?? (() => performance.now());
    this.#ms = options.ms ?? AUTH_TIMEOUT;
  }

  async find(isMeant: (key: VerificationKey) => boolean): Promise<readonly VerificationKey[]> {
    const now = this.#now();
    const isOld = now - this.#since >= MAX_AGE;
    const pause = this.#keys.length > 0 ? COOLDOWN : RETRY;
    const asking = isOld && now - this.#asked >= pause ? this.#ask(now) : this.#asking;
    // As long as the server is known to be away, nobody waits for it who can do without.
    if (isOld && (this.#keys.length === 0 || this.#failure === undefined)) await asking;
    const known = this.#keys.filter(isMeant);
    if (known.length > 0) return known;
    // It may be a new one.
    if (!isOld && now - this.#sought >= COOLDOWN) {
      this.#sought = now;
      await this.#ask(now);
    } else await this.#asking;
    const found = this.#keys.filter(isMeant);
    if (found.length > 0 || this.#failure === undefined) return found;
    throw new Error(`there are no keys of "${nameOf(this.#url)}": ${this.#failure}`);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort(new Error("the server is ending"));
    return this.#asking ?? Promise.resolve();
  }

  /** Asks, or waits for the answer that somebody else waits for. */
  #ask(now: number): Promise<void> {
    this.#asked = now;
    return this.#asking ??= this.#get(now).finally(() => this.#asking = undefined);
  }

  async #get(now: number): Promise<void> {
    try {
      const headers = new Headers({ accept: "application/jwk-set+json, application/json" });
      const { signal } = this.#ending;
      const answer = await ask(this.#url, { headers, signal, ms: this.#ms, most: MOST });
      if (answer.status !== 200) throw new Error(`the answer is ${answer.status}`);
      this.#keys = readPublicKeys(answer.body);
      this.#since = now;
      this.#failure = undefined;
    } catch (error) {
      this.#failure = messageOf(error);
      if (!this.#ending.signal.aborted) this.#tell(now, this.#failure);
    }
  }

  #tell(now: number, failure: string): void {
    const stay = this.#keys.length > 0 ? "; those that are known stay" : "";
    const message = `Cannot get the keys of "${nameOf(this.#url)}": ${failure}${stay}`;
    this.#seldom.tell(() => new Log().together("error", "server", message), now);
  }
}
