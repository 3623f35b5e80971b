import { Buffer } from "node:buffer";
import { isPassing } from "../../../base/close_code.ts";
import { type Mark, markText } from "../../../base/mark.ts";
import type { Batch } from "../../../contract.ts";
import type { Form } from "./form.ts";

/**
 * The id of the last event of a connection that is not to be continued: a browser, which asks again by itself, says it
 * then, and is told by status 204 that it need not.
 */
export const OVER = "over";

const encoder = new TextEncoder();

/**
 * Server-sent events (HTML Living Standard §9.2): each message is one, with its number as the id where it has one. A
 * binary message is an event `binary` in base64; `lost` tells that some are missing before the next one, and
 * `close` how it ends.
 */
export class Events implements Form {
  readonly type = "text/event-stream";
  // The first bytes open it also behind a proxy that waits for some.
  readonly head: Uint8Array = encoder.encode("retry: 1000\n\n");
  readonly ping: Uint8Array = encoder.encode(":\n\n");
  /** The last number of each log that was sent, or that the client has said. */
  readonly #seen = new Map<string, number>();
  /** Whether it is not known yet if what the client has seen can be continued. */
  #continues = false;
  /** The session that numbers events in place of logs. */
  #session: Numbering | undefined;
  /** The event about what is missing before the next one. */
  #missing = "";

  /** @param seen The last message that the client has; default: it has none. */
  constructor(seen?: Mark) {
    if (!seen) return;
    this.#seen.set(seen.log, seen.number);
    this.#continues = true;
  }

  /**
   * Numbers events by a session from now on.
   *
   * @param lost How many are missing before the first; undefined where that is not known.
   */
  number(session: Numbering, lost: number | undefined): void {
    this.#session = { ...session };
    this.#missing = lost === 0 ? "" : lostEvent(lost);
  }

  encode(batch: Batch): Uint8Array {
    const session = this.#session;
    if (session) {
      const missing = this.#missing;
      this.#missing = "";
      const bytes = encoder.encode(missing + textOf(batch, session));
      session.number += batch.size;
      return bytes;
    }
    const { mark } = batch;
    const lost = mark ? this.#lost(mark, batch.size) : "";
    const bytes = eventsOf(batch);
    if (!lost) return bytes;
    return encoder.encode(lost + decoder.decode(bytes));
  }

  end(code: number, reason: string): Uint8Array {
    const over = this.#session ? `${this.#session.log}.${OVER}` : OVER;
    const id = isPassing(code) ? "" : `id: ${over}\n`;
    return encoder.encode(`${id}event: close\ndata: ${JSON.stringify({ code, reason })}\n\n`);
  }

  /** The event about messages that are missing before these; empty where none are. */
  #lost({ log, number }: Mark, size: number): string {
    const before = this.#seen.get(log);
    const isOther = this.#continues && before === undefined;
    this.#continues = false;
    this.#seen.set(log, number + size - 1);
    // Of a log that is forgotten nobody knows how many there were.
    if (isOther) return lostEvent();
    const count = before === undefined ? 0 : number - before - 1;
    return count > 0 ? lostEvent(count) : "";
  }
}

/** Numbers messages one after the other. */
export interface Numbering {
  /** The id of what numbers them. */
  readonly log: string;
  /** The number of the next one. */
  number: number;
}

function lostEvent(count?: number): string {
  return `event: lost\ndata: ${JSON.stringify({ count })}\n\n`;
}

const decoder = new TextDecoder();

/** Made once of a batch, whoever gets it. */
const made = new WeakMap<Batch, Uint8Array>();

function eventsOf(batch: Batch): Uint8Array {
  let bytes = made.get(batch);
  if (!bytes) made.set(batch, bytes = encoder.encode(textOf(batch, batch.mark)));
  return bytes;
}

function textOf(batch: Batch, mark: Mark | undefined): string {
  const { binary } = batch;
  let text = "";
  for (let index = 0; index < batch.size; index++) {
    if (mark) text += `id: ${markText({ ...mark, number: mark.number + index })}\n`;
    const message = batch.at(index);
    text += binary
      ? `event: binary\ndata: ${Buffer.from(message as Uint8Array).toString("base64")}\n\n`
      : `data: ${dataOf(message as string)}\n\n`;
  }
  return text;
}

/** A text as the data of an event: each of its lines is one there. */
function dataOf(text: string): string {
  return /[\r\n]/.test(text) ? text.replace(/\r\n|\r|\n/g, "\ndata: ") : text;
}
