import { Buffer } from "node:buffer";
import type { Batch } from "../../base/batch.ts";
import { LineWriter } from "../../base/line_writer.ts";
import { MAX_LINE } from "../../base/limits.ts";
import type { Ticket } from "../ticket.ts";
import { castNotation } from "./cast_notation.ts";
import { messageNotation } from "./message_notation.ts";
import type { Direction, Facts, Notation } from "./notation.ts";
import { RecordFile } from "./record_file.ts";
import type { RecordFolder } from "./record_folder.ts";
import type { RecordTerms } from "./record_terms.ts";

// Characters of one write: a program that writes as fast as it can is not faster than a disk with that.
const PIECE = 2 * 1024 * 1024;

// Milliseconds that a disk may take for the rest of a recording.
const PATIENCE = 60_000;

/** An observer of a {@linkcode Recording}. */
export interface RecordingObserver {
  /** The recording is begun. */
  opened(): void;
  /** Nothing of it is left to be written. */
  closed(): void;
}

/**
 * Writes down what one connection carries, in the background: while the disk is slower, lines wait, and beyond 4 MiB
 * of them the oldest are left out, which a line in their place says.
 */
export class Recording {
  readonly #folder: RecordFolder;
  readonly #terms: RecordTerms;
  readonly #notation: Notation;
  readonly #observer: RecordingObserver;
  /** Until it is opened: a request is memory. */
  #ticket: Ticket | undefined;
  #file: RecordFile | undefined;
  #writer: LineWriter | undefined;
  #since = 0;
  #length = 0;
  #isFull = false;
  /** Messages behind its end. */
  #left = 0;
  #closing: readonly [code: number, reason: string] | undefined;
  #finished: Promise<void> | undefined;

  constructor(folder: RecordFolder, ticket: Ticket, options: RecordTerms & RecordingObserver) {
    this.#folder = folder;
    this.#terms = options;
    this.#observer = options;
    this.#ticket = ticket;
    this.#notation = ticket.screen ? castNotation(ticket.screen) : messageNotation;
  }

  /** The connection is open. */
  opened(): void {
    const ticket = this.#ticket;
    if (!ticket) return;
    this.#ticket = undefined;
    this.#since = performance.now();
    const { extension } = this.#notation;
    const head = this.#notation.head(factsOf(ticket));
    this.#length = Buffer.byteLength(head);
    const file = new RecordFile(this.#folder, { id: ticket.request.id, extension, head });
    this.#file = file;
    this.#writer = new LineWriter(
      (bytes) => file.write(bytes),
      (count) => this.#notation.lost(this.#time, count),
      PIECE,
    );
    this.#folder.prune(this.#terms.keep);
    this.#observer.opened();
  }

  /**
   * The connection carries messages.
   *
   * @param goesOn Whether they are a part of one, and not the last.
   */
  note(direction: Direction, batch: Batch, goesOn = false): void {
    if (!this.#writer || this.#file?.isBroken) return;
    // Nobody takes what comes after the server's close.
    if (direction === "i" && this.#closing) return;
    if (this.#isFull) this.#left += batch.size;
    else {
      for (const line of this.#notation.messages(this.#time, direction, batch, goesOn)) {
        this.#print(line);
      }
    }
  }

  /** This side closes the connection; the first time counts. */
  closing(code: number, reason: string): void {
    this.#closing ??= [code, reason];
  }

  /** The connection is closed; the first time counts. */
  closed(code: number, reason: string): void {
    if (!this.#writer || this.#finished) return;
    if (this.#left > 0) this.#writer.print(this.#notation.lost(this.#time, this.#left));
    const [by, why] = this.#closing ?? [code, reason];
    this.#writer.print(this.#notation.close(this.#time, by, why));
    this.#finished = this.#finish(this.#writer);
  }

  /** Resolves when all of it is on the disk; nothing is written down any more, also where it is not closed. */
  stop(): Promise<void> {
    // Who was told of the end need not have answered, and the engine need not have said so.
    if (this.#closing) this.closed(...this.#closing);
    if (this.#writer) this.#finished ??= this.#finish(this.#writer);
    return this.#finished ?? Promise.resolve();
  }

  async #finish(writer: LineWriter): Promise<void> {
    this.#writer = undefined;
    await writer.flushed(PATIENCE);
    await this.#file?.close();
    this.#observer.closed();
    await this.#folder.prune(this.#terms.keep);
  }

  get #time(): string {
    return ((performance.now() - this.#since) / 1000).toFixed(6);
  }

  #print(line: string): void {
    const length = Buffer.byteLength(line);
    const { size } = this.#terms;
    if (this.#isFull || length > MAX_LINE) {
      this.#left++;
    } else if (size > 0 && this.#length + length > size) {
      this.#isFull = true;
      this.#left++;
      this.#writer?.print(this.#notation.full(this.#time, size));
    } else {
      this.#length += length;
      this.#writer?.print(line);
    }
  }
}

function factsOf({ request, log, route, subprotocol }: Ticket): Facts {
  const { url, remote, command, pid } = log.associated;
  return {
    time: Date.now(),
    id: request.id,
    url,
    route: route.path,
    handler: route.handler,
    remote,
    user: request.user || request.subject || undefined,
    subprotocol: subprotocol || undefined,
    command,
    pid,
  };
}
