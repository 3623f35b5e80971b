import type { Batch } from "../base/batch.ts";
import { shown } from "../base/shown.ts";
import type { CloseAnswer, Session } from "../contract.ts";

/** The connection that a {@linkcode HostedSession} is of. */
export interface SessionHost {
  /** Whether messages still go to its handler. */
  readonly isOpen: boolean;
  /** The handler has thrown something. */
  handlerFailed(error: unknown): void;
}

/**
 * The session that a handler has returned for a connection. Nothing that a handler throws, at once or later, gets past
 * it: its connection is told, and ends.
 */
export class HostedSession {
  readonly #host: SessionHost;
  #session: Session | undefined;
  #takesBatches = false;

  constructor(host: SessionHost) {
    this.#host = host;
  }

  /** Whether it answers who has sent all; see `Session.end`. */
  get answersEnd(): boolean {
    return this.#session?.end !== undefined;
  }

  /** Has the handler begin it. */
  open(begin: () => Session | void): void {
    this.guard(() => {
      const session = this.#session = begin() ?? {};
      this.#takesBatches = session.batch !== undefined;
      return session instanceof Promise ? session.then(refuseLate) : undefined;
    });
  }

  /** Hands messages on, as long as the connection is open, which any of them may end. */
  pass(batch: Batch): void {
    const session = this.#session;
    if (this.#takesBatches) return this.guard(() => session?.batch?.(batch));
    for (const message of batch) {
      // Its handler may keep bytes, and their buffer is borrowed.
      const data = typeof message === "string" ? message : message.slice();
      this.guard(() => session?.message?.(data));
      if (this.#session !== session || !this.#host.isOpen) return;
    }
  }

  /** Asks for the answer to the client's close. */
  closing(code: number, reason: string, answer: (close: CloseAnswer) => void): void {
    const session = this.#session;
    this.guard(() => {
      const said: unknown = session?.closing?.(code, reason);
      if (said instanceof Promise) return said.then(refuseLateAnswer);
      if (said !== undefined) answer(closeAnswer(said));
      return undefined;
    });
  }

  /** Tells it that the client has sent all. */
  end(): void {
    const session = this.#session;
    this.guard(() => session?.end?.());
  }

  /** Tells it of the end, once; answers which it was. */
  close(code: number, reason: string): Session | undefined {
    const session = this.#session;
    this.#session = undefined;
    this.guard(() => session?.close?.(code, reason));
    return session;
  }

  /** Calls the handler; one that is an async function can fail later. */
  guard(call: () => unknown): void {
    try {
      const result = call();
      if (result instanceof Promise) result.catch((error) => this.#host.handlerFailed(error));
    } catch (error) {
      this.#host.handlerFailed(error);
    }
  }
}

/** @throws {TypeError} If it is none. */
function closeAnswer(said: unknown): CloseAnswer {
  if (typeof said === "object" && said !== null) return said as CloseAnswer;
  throw new TypeError(`closing has to return { code, reason }, not ${shown(said)}`);
}

/** An async function is no `open`, but one that returns nothing does what it is to do. */
function refuseLate(session: unknown): void {
  // The first messages would have been lost by now.
  if (session) throw new Error("open returned a promise of a session, in place of the session");
}

function refuseLateAnswer(answer: unknown): void {
  // The client has had another one by now.
  if (answer) throw new Error("closing returned a promise of an answer, in place of the answer");
}
