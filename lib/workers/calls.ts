import { BusError, messageOf } from "../base/errors.ts";
import { Log } from "../base/log.ts";
import type { Channel } from "../bus/bus.ts";

// Milliseconds that an answer may take where nobody says another time: the other process may have been stopped.
const PATIENCE = 5_000;

const log = new Log();

/** Answers to the questions of another process, by their names, and what its words do. */
export type Answers = Readonly<Record<string, (data: never) => unknown>>;

/** Options of {@linkcode Calls.ask}. */
export interface AskOptions {
  /** Milliseconds that the answer may take; default 5 s. */
  readonly ms?: number;
  /** Gets an answer that comes when nobody waits for it any more. */
  readonly late?: (answer: unknown) => void;
}

/** A frame: a word that needs no answer (0), a question by its number, or the answer to it by the same below 0. */
type Frame =
  | readonly [number: number, name: string, data: unknown]
  | readonly [number: number, answer: unknown]
  | readonly [number: number, answer: null, failure: string];

/** Somebody who waits for an answer. */
interface Asked {
  resolve(answer: unknown): void;
  reject(error: Error): void;
  readonly timer?: ReturnType<typeof setTimeout>;
}

/**
 * Questions and answers between two processes of one server, and words that need no answer, in order over one channel.
 * Both are the same program, so that what comes is believed.
 */
export class Calls {
  readonly #channel: Channel;
  readonly #answers: Answers;
  readonly #asked = new Map<number, Asked>();
  #last = 0;
  #isClosed = false;

  /** @param answers What this side knows. */
  constructor(channel: Channel, answers: Answers = {}) {
    this.#channel = channel;
    this.#answers = answers;
    channel.closed.then(() => this.#closed());
    channel.listen((frame) => this.#take(JSON.parse(new TextDecoder().decode(frame))));
  }

  /** Resolves when the other process has gone. */
  get closed(): Promise<void> {
    return this.#channel.closed;
  }

  /**
   * Asks the other process.
   *
   * @param data Whatever JSON can say.
   * @throws {BusError} If it fails there, does not answer in time, or has gone.
   */
  async ask(
    name: string,
    data: unknown,
    { ms = PATIENCE, late }: AskOptions = {},
  ): Promise<unknown> {
    if (this.#isClosed) throw gone(name);
    const number = ++this.#last;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const timer = setTimeout(() => {
      if (late) this.#asked.set(number, { resolve: late, reject() {} });
      else this.#asked.delete(number);
      reject(new BusError(`Cannot ask another process for "${name}": no answer in ${ms} ms`));
    }, ms);
    this.#asked.set(number, { resolve, reject, timer });
    try {
      this.#send([number, name, data]);
    } catch (error) {
      // It is too long to be sent: nothing waits for an answer.
      this.#asked.delete(number);
      clearTimeout(timer);
      throw error;
    }
    return await promise;
  }

  /** Tells the other process something; it is lost where that has gone. */
  tell(name: string, data: unknown): void {
    if (!this.#isClosed) this.#send([0, name, data]);
  }

  #send(frame: Frame): void {
    this.#channel.send(new TextEncoder().encode(JSON.stringify(frame)));
  }

  #take([number, ...rest]: Frame): void {
    if (number < 0) this.#answered(-number, ...rest as [unknown, string?]);
    else this.#answer(number, ...rest as [string, never]);
  }

  #answered(number: number, answer: unknown, failure?: string): void {
    const asked = this.#asked.get(number);
    if (!asked) return;
    this.#asked.delete(number);
    clearTimeout(asked.timer);
    if (failure !== undefined) asked.reject(new BusError(failure));
    else asked.resolve(answer);
  }

  async #answer(number: number, name: string, data: never): Promise<void> {
    try {
      if (!Object.hasOwn(this.#answers, name)) throw new Error("it is not known here");
      const found = this.#answers[name]?.(data);
      const answer = found instanceof Promise ? await found : found;
      if (number > 0 && !this.#isClosed) this.#send([-number, answer ?? null]);
    } catch (error) {
      const failure = `Another process cannot do "${name}": ${messageOf(error)}`;
      if (number === 0) log.error("server", failure);
      else if (!this.#isClosed) this.#send([-number, null, failure]);
    }
  }

  #closed(): void {
    this.#isClosed = true;
    for (const { timer, reject } of this.#asked.values()) {
      clearTimeout(timer);
      reject(gone("an answer"));
    }
    this.#asked.clear();
  }
}

function gone(what: string): BusError {
  return new BusError(`Cannot ask another process for ${what}: it has gone`);
}
