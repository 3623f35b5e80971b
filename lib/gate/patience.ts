import { HandshakeError, messageOf } from "../base/errors.ts";
import { Log } from "../base/log.ts";
import { within } from "../base/within.ts";

const log = new Log();

/** Options of {@linkcode Patience}. */
export interface PatienceOptions {
  /** Milliseconds; 0 means for ever. */
  readonly ms: number;
  /** Aborts when the client leaves; asked for only where there is something to wait for. */
  readonly left: () => AbortSignal;
}

/** Waits for whoever decides about one request: not longer than its client does, nor longer than is said. */
export class Patience {
  readonly #options: PatienceOptions;
  /** Made only where somebody asks for its signal. */
  #over: AbortController | undefined;
  #reason: unknown;

  constructor(options: PatienceOptions) {
    this.#options = options;
  }

  /** Aborts when nobody waits any more. */
  get signal(): AbortSignal {
    this.#over ??= new AbortController();
    if (this.#reason !== undefined) this.#over.abort(this.#reason);
    return this.#over.signal;
  }

  /** Whether nobody waits any more. */
  get isOver(): boolean {
    return this.#reason !== undefined;
  }

  /**
   * Waits for some work.
   *
   * @param late Gets its result where nobody waits for it any more.
   * @throws {HandshakeError} If that was too long (504), or the client has left (503).
   */
  async wait<T>(work: Promise<T>, late: (result: T) => void): Promise<T> {
    // Most have decided at once.
    if (await within(work.then(() => {}, () => {}), 0)) return await work;
    const { ms } = this.#options;
    const left = this.#options.left();
    const over = Promise.withResolvers<never>();
    const giveUp = (error: HandshakeError) => {
      work.then(late, (thrown) => {
        // It is mostly that it was told to give up, which is nothing to tell an operator.
        log.debug(
          "http",
          `The decision has failed when nobody waited for it: ${messageOf(thrown)}`,
        );
      });
      this.#reason = error;
      this.#over?.abort(error);
      over.reject(error);
    };
    const leave = () =>
      giveUp(new HandshakeError(503, "The client has left before it was answered"));
    const timer = ms > 0
      ? setTimeout(() => giveUp(new HandshakeError(504, `There is no decision in ${ms} ms`)), ms)
      : undefined;
    left.addEventListener("abort", leave, { once: true });
    if (left.aborted) leave();
    try {
      return await Promise.race([work, over.promise]);
    } finally {
      clearTimeout(timer);
      left.removeEventListener("abort", leave);
    }
  }
}
