import type { Batch } from "../base/batch.ts";
import type { Log } from "../base/log.ts";
import type { Carried, RouteMeter } from "../base/meter.ts";
import type { Trace } from "../base/tracing/trace.ts";
import type { Ending, Session } from "../contract.ts";
import { type Closer, type Ended, endingSentence } from "./ending_sentence.ts";

/** A close that this side began. */
export interface Closing {
  readonly by: Closer;
  readonly code: number;
  readonly reason: string;
}

/** Observers that are told of the end of a connection. */
export interface Observers {
  readonly log: Log;
  readonly meter: RouteMeter;
  /** Where somebody gathers traces. */
  readonly trace: Trace | undefined;
  readonly ended?: ((ended: Ended) => void) | undefined;
}

/** Counts what a connection carries, and tells the log how it ended. */
export class Tally {
  #since = 0;
  #messagesIn = 0;
  #bytesIn = 0;
  #messagesOut = 0;
  #bytesOut = 0;
  #dropped = 0;
  #closing: Closing | undefined;
  #failure: string | undefined;
  #ending: Promise<Ending | undefined> | undefined;

  /** The connection is open. */
  opened(): void {
    this.#since = performance.now();
  }

  /** Messages came that its handler gets. */
  received(batch: Batch): void {
    this.#messagesIn += batch.size;
    this.#bytesIn += batch.byteLength;
  }

  /** Messages went out. */
  sent(batch: Batch): void {
    this.#messagesOut += batch.size;
    this.#bytesOut += batch.byteLength;
  }

  /** A part of a message went out, of so many bytes. */
  sentPart(bytes: number): void {
    this.#bytesOut += bytes;
  }

  /** The last part of a message went out. */
  sentWhole(): void {
    this.#messagesOut++;
  }

  /** Messages were dropped because the client reads too slowly. */
  dropped(messages: number): void {
    this.#dropped += messages;
  }

  /** A number that is another one whenever there was a message. */
  get activity(): number {
    return this.#messagesIn + this.#messagesOut + this.#bytesOut;
  }

  /** The time at which it was opened, on the clock of `performance.now()`. */
  get since(): number {
    return this.#since;
  }

  /** All that it has carried so far. */
  get carried(): Carried {
    return {
      messagesIn: this.#messagesIn,
      bytesIn: this.#bytesIn,
      messagesOut: this.#messagesOut,
      bytesOut: this.#bytesOut,
      dropped: this.#dropped,
    };
  }

  /** This side closes it. */
  closing(closing: Closing): void {
    this.#closing ??= closing;
  }

  /** This side closes it in another way, before its client was told of the first. */
  closesAnew(closing: Closing): void {
    this.#closing = closing;
  }

  /**
   * The connection broke, or the client broke the protocol.
   *
   * @param code The close code that says so to the client, where one does.
   */
  failed(message: string, code?: number): void {
    this.#failure ??= message;
    if (code !== undefined) this.closing({ by: "server", code, reason: message });
  }

  /**
   * The handler was told of the end.
   *
   * @returns Rejects where the handler fails to tell of its own: whoever calls this has the log say so.
   */
  left(session: Session): Promise<unknown> | undefined {
    // Whoever made it may not have been checked for types.
    return this.#ending = session.ending && Promise.resolve(session.ending());
  }

  /** Counts it, and writes into the log that it has ended, as soon as its program has, which tells why. */
  closed(code: number, reason: string, observers: Observers): void {
    const { meter } = observers;
    meter.closed(this.#closing?.code ?? code, this.carried);
    const durationMs = Math.round(performance.now() - this.#since);
    if (!this.#ending) return this.#tell({ code, reason, durationMs }, observers);
    // Of a failure, whoever has called `left` has the log say so.
    this.#ending.catch(() => undefined).then((ending) => {
      this.#tell({ code, reason, durationMs }, observers, ending);
    });
  }

  #tell(
    end: Pick<Ended, "code" | "reason" | "durationMs">,
    { log, trace, ended: tell }: Observers,
    ending?: Ending,
  ): void {
    const { by, status, signal, ignored } = ending ?? {};
    const closing = this.#closing;
    const closer = closing?.by ?? (end.code === 1006 ? "nobody" : "client");
    const ended = {
      code: closing?.code ?? end.code,
      reason: closing?.reason ?? end.reason,
      closedBy: closer === "handler" ? by ?? closer : closer,
      clean: end.code !== 1006,
      error: closer === "nobody" ? this.#failure : undefined,
      // Of a refused request, `status` is that of HTTP.
      exitStatus: status,
      signal,
      durationMs: end.durationMs,
      messagesIn: this.#messagesIn,
      bytesIn: this.#bytesIn,
      messagesOut: this.#messagesOut,
      bytesOut: this.#bytesOut,
      ignored: ignored || undefined,
    };
    log.explain("session", "DISCONNECT", ended, () => endingSentence(ended));
    trace?.closed(ended);
    tell?.(ended);
  }
}
