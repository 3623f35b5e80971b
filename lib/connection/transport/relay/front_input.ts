import type { Batch } from "../../../base/batch.ts";
import { BatchQueue } from "../../../base/batch_queue.ts";
import { counted } from "../../../base/counted.ts";
import { MAX_QUEUE } from "../../../base/limits.ts";
import type { Log } from "../../../base/log.ts";
import { merged } from "../../../base/merged.ts";
import type { Transport } from "../../../contract.ts";
import type { Close } from "./front_ending.ts";
import type { FrontLeg } from "./front_leg.ts";
import { largestIn, MOST_AT_ONCE, RELAY_WINDOW } from "./relay_end.ts";
import { KIND } from "./relay_frame.ts";

// What a pipe has room for where nobody has made it larger: so much a process may not have read.
const PIPE = 64 * 1024;

// Bytes of small messages that cross as one batch where they have waited for a server.
const TOGETHER = 16 * 1024;

/** Options of {@linkcode FrontInput}. */
export interface FrontInputOptions {
  readonly log: Log;
  /** Whether nobody else has the messages of the client. */
  readonly isLasting: boolean;
  /** Messages that the server may have used that serves it no more. */
  lost?(count: number): void;
}

/**
 * Messages of a client, kept until the server that serves it says that nobody has to. They are numbered from 1 on for
 * each server anew.
 *
 * Backpressure: while more than a window is kept, the client is held back, where its engine can.
 */
export class FrontInput {
  readonly #options: FrontInputOptions;
  #queue = new BatchQueue();
  /** Bytes of it that are not counted: of a message, no more than can cross at once. */
  #uncounted = 0;
  #transport: Transport | undefined;
  #isHeldBack = false;
  /** The numbers of the last one that was sent, that the server may use, and that is not kept any more. */
  #sent = 0;
  #granted = 0;
  #done = 0;
  /** Number and bytes of the messages that were done last, and the number of those before them that a pipe has room for. */
  #fresh = 0;
  #freshBytes = 0;
  #before = 0;
  /**
   * Of the server that serves it no more: how many of the first of the queue it may have used, the number of the last
   * one before them, and how many of those its process may not have read.
   */
  #unsure = 0;
  #known = 0;
  #unread = 0;

  constructor(options: FrontInputOptions) {
    this.#options = options;
  }

  /** How many nobody has, nor may have. */
  get size(): number {
    return this.#queue.size - this.#unsure;
  }

  attach(transport: Transport): void {
    this.#transport = transport;
  }

  /**
   * Takes messages.
   *
   * @param leg The way to the server; undefined while there is none.
   * @returns The close of the client where they are too much.
   */
  add(batch: Batch, leg: FrontLeg | undefined): Close | undefined {
    this.#uncounted += uncountedIn(batch);
    this.#queue.push(batch);
    if (leg) this.#send(leg, batch);
    const { bytes } = this.#queue;
    if (this.#isHeldBack || bytes <= RELAY_WINDOW) return undefined;
    this.#isHeldBack = this.#transport?.pause() ?? false;
    if (this.#isHeldBack || bytes - this.#uncounted <= MAX_QUEUE) return undefined;
    const most = `more than ${MAX_QUEUE} bytes of this client wait`;
    const reason = `Input comes faster than it is taken: ${most}`;
    this.#options.log.error("websocket", reason);
    return [1013, reason];
  }

  /**
   * Sends all of them to a server that has got none yet. They may be hundreds of thousands, which that server must not
   * stand still for: otherwise it is the next one that counts as gone.
   */
  sendAll(leg: FrontLeg): void {
    const all = this.#queue.last(this.#queue.size);
    for (const batch of merged(all, TOGETHER)) this.#send(leg, batch);
  }

  #send(leg: FrontLeg, batch: Batch): void {
    this.#sent += batch.size;
    leg.input(batch);
  }

  /**
   * Grants the server what it asks for, and forgets what is done.
   *
   * @returns false where that cannot be.
   */
  taken(leg: FrontLeg, asked: number, done: number): boolean {
    if (asked > this.#sent || done > this.#sent) return false;
    if (asked > this.#granted) {
      this.#granted = asked;
      leg.tell(KIND.grant, asked);
    }
    for (; this.#done < done; this.#done++) this.#note(this.#drop());
    if (this.#isHeldBack && this.#queue.bytes <= RELAY_WINDOW / 2) {
      this.#isHeldBack = false;
      this.#transport?.resume();
    }
    return true;
  }

  #drop(): number {
    const length = this.#queue.drop();
    this.#uncounted -= uncountedOf(length);
    return length;
  }

  /** Counts a message as one that may be in the pipe of the process still: at most twice what that has room for is. */
  #note(length: number): void {
    this.#fresh++;
    // The end of its line.
    this.#freshBytes += length + 1;
    if (this.#freshBytes < PIPE) return;
    this.#before = this.#fresh;
    this.#fresh = this.#freshBytes = 0;
  }

  /**
   * The server serves it no more: what it was not granted is kept for another one. Of what it was, it may have used what
   * it has not said so of. What it has given a process last, that may not have read. Both stay in doubt until `settle`.
   *
   * @param isTold Whether that server tells itself what its process may not have read.
   */
  doubt(isTold = false): void {
    this.#unsure = Math.max(0, this.#granted - this.#done);
    this.#known = this.#done;
    this.#unread = isTold || !this.#options.isLasting ? 0 : this.#before + this.#fresh;
    this.#sent =
      this.#granted =
      this.#done =
      this.#fresh =
      this.#freshBytes =
      this.#before =
        0;
  }

  /**
   * Ends that doubt: what the server may have used is lost, but where the same process goes on with it.
   *
   * @param taken How many that process has got of those that its server was sent before; undefined where it is another
   * one, or nobody knows.
   */
  settle(taken?: number): void {
    const [lost, unread] = [this.#unsure, this.#unread];
    this.#unsure = this.#unread = 0;
    const gone = taken === undefined ? lost : Math.min(lost, Math.max(0, taken - this.#known));
    for (let index = 0; index < gone; index++) this.#drop();
    if (taken !== undefined) return;
    const { log, lost: tell } = this.#options;
    if (lost > 0) {
      tell?.(lost);
      const why = "the process at the server that serves it no more may have got them";
      log.error("session", `Lost ${counted(lost, "message")}: ${why}`);
    }
    if (unread > 0) {
      const rest = `may not have read up to ${counted(unread, "message")} that it was given last`;
      log.info("session", `The process at the server that serves it no more ${rest}`);
    }
  }

  /** The same, where nobody will know more: what it may have used is lost. */
  lose(isTold = false): void {
    this.doubt(isTold);
    this.settle();
  }

  /** Drops all of them: nobody takes them. */
  clear(): void {
    this.settle();
    const { size } = this.#queue;
    this.#queue = new BatchQueue();
    this.#uncounted = 0;
    const { log, isLasting } = this.#options;
    if (size === 0 || !isLasting) return;
    log.error("session", `Lost ${counted(size, "message")} that nobody took`);
  }
}

const uncountedOf = (length: number): number => Math.max(0, length - MOST_AT_ONCE);

function uncountedIn(batch: Batch): number {
  if (largestIn(batch) <= MOST_AT_ONCE) return 0;
  let bytes = 0;
  for (let index = 0; index < batch.size; index++) bytes += uncountedOf(batch.lengthAt(index));
  return bytes;
}
