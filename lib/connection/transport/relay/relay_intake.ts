import type { Batch } from "../../../base/batch.ts";
import { Fifo } from "../../../base/fifo.ts";
import { MAX_QUEUE } from "../../../base/limits.ts";
import { costOf, MOST_AT_ONCE } from "./relay_end.ts";

/** Both ends of a {@linkcode RelayIntake}. */
export interface RelayTaking {
  /** Passes messages on to the connection. */
  pass(batch: Batch): void;
  /**
   * Tells the server where the client is.
   *
   * @param asked The number of the last message that is asked for.
   * @param done The number of the last one that nobody has to keep.
   */
  take(asked: number, done: number): void;
}

// Bytes that are asked for at once: about what a pipe holds.
const ASKED = 64 * 1024;

// What the other server is told at the latest, where no message is asked for.
const DONE_MESSAGES = 64;
const DONE_BYTES = 64 * 1024;

// Bytes that may wait here, whatever the other server says; of a message, no more count than can cross at once.
const MOST_INPUT = MAX_QUEUE + MOST_AT_ONCE;

// Things that may have happened behind messages that wait: a client ends, and that in few words.
const MOST_EVENTS = 64;

/**
 * Messages of a client that is at another server, and what happened between them, in order. Where each is asked for,
 * it is passed on when it was granted; it is done when it was passed on and the connection is not paused.
 */
export class RelayIntake {
  readonly #asks: boolean;
  readonly #taking: RelayTaking;
  #entries = new Fifo<Batch | (() => void)>();
  #bytes = 0;
  /** The numbers of the last one that was asked for, is granted, was passed on, and is done. */
  #asked = 0;
  #granted = 0;
  #passed = 0;
  #done = 0;
  #doneBytes = 0;
  #isPaused = false;
  /** Things that happened, which nothing is to hold up. */
  #events = 0;
  #isRunning = false;

  /** @param asks Whether each message is asked for. */
  constructor(asks: boolean, taking: RelayTaking) {
    this.#asks = asks;
    this.#taking = taking;
  }

  /** How many messages were passed on. */
  get passed(): number {
    return this.#passed;
  }

  /** Takes messages; answers false where too much waits. */
  add(batch: Batch): boolean {
    this.#bytes += countOf(batch);
    if (this.#bytes > MOST_INPUT) return false;
    this.#entries.push(batch);
    this.#run();
    return true;
  }

  /** Something happened behind all messages so far; answers false where too much of that waits. */
  happened(event: () => void): boolean {
    if (this.#events >= MOST_EVENTS) return false;
    this.#entries.push(event);
    this.#events++;
    this.#run();
    return true;
  }

  /** Messages up to this number may be passed on. */
  granted(upTo: number): void {
    this.#granted = Math.max(this.#granted, Math.min(upTo, this.#asked));
    this.#run();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#run();
  }

  /** Passes on none of the messages that wait. */
  dropMessages(): void {
    const events = [...this.#entries].filter((entry) => typeof entry === "function");
    this.#entries = new Fifo<Batch | (() => void)>(events);
    this.#run();
  }

  /** Nothing of it matters any more. */
  stop(): void {
    this.#entries.clear();
  }

  #run(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    for (let entry; (entry = this.#entries.oldest) !== undefined;) {
      if (typeof entry !== "function" && !this.#mayPass(entry)) break;
      this.#entries.shift();
      if (typeof entry === "function") {
        this.#events--;
        entry();
      } else this.#pass(entry);
    }
    this.#isRunning = false;
    this.#tell();
  }

  #mayPass({ size }: Batch): boolean {
    return this.#asks ? this.#passed + size <= this.#granted : this.#isFree;
  }

  get #isFree(): boolean {
    return !this.#isPaused || this.#events > 0;
  }

  #pass(batch: Batch): void {
    this.#passed += batch.size;
    this.#bytes -= countOf(batch);
    this.#doneBytes += batch.length;
    this.#taking.pass(batch);
  }

  /** Says what is done, and asks for more. */
  #tell(): void {
    const done = this.#isPaused ? this.#done : this.#passed;
    const asked = this.#asks && this.#isFree && this.#passed === this.#asked
      ? this.#asked + this.#next()
      : this.#asked;
    const isMuch = this.#asks || done - this.#done >= DONE_MESSAGES ||
      this.#doneBytes >= DONE_BYTES;
    if (asked === this.#asked && (done === this.#done || !isMuch)) return;
    this.#asked = asked;
    this.#done = done;
    this.#doneBytes = 0;
    this.#taking.take(asked, done);
  }

  /** How many messages are asked for next. */
  #next(): number {
    let [count, bytes] = [0, 0];
    for (const entry of this.#entries) {
      if (typeof entry === "function") continue;
      count += entry.size;
      if ((bytes += entry.length) >= ASKED) break;
    }
    return count;
  }
}

const countOf = (batch: Batch): number => Math.min(costOf(batch), MOST_AT_ONCE);
