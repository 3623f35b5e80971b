import type { Batch } from "../../base/batch.ts";
import { BatchQueue } from "../../base/batch_queue.ts";

/** Either end of an {@linkcode Intake}: the handler and the client. */
export interface Taking {
  /** Bytes after which the client is told at the latest what was taken. */
  readonly ackBytes: number;
  /** Passes messages on to the handler. */
  pass(batch: Batch): void;
  /** Tells the client how many were passed on, if that can be now. */
  acknowledge(count: number): boolean;
}

// What a client has to be told at the latest: after so many messages, and so many ms.
const ACK_MESSAGES = 64;
const ACK_TIME = 1_000;

/**
 * Messages that come from a client: numbers them, keeps them while the handler takes none, and has them acknowledged
 * when it has. A client that waits for that sends no more than it may, so that it can be held back and still be read.
 */
export class Intake {
  readonly #taking: Taking;
  readonly #held = new BatchQueue();
  #taken = 0;
  #acknowledged = 0;
  /** Bytes since then. */
  #bytes = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isPaused = false;
  #isPassing = false;

  constructor(taking: Taking) {
    this.#taking = taking;
  }

  /** How many messages the handler has got. */
  get taken(): number {
    return this.#taken;
  }

  /** Bytes of messages that wait for it. */
  get held(): number {
    return this.#held.bytes;
  }

  /** Takes messages. */
  add(batch: Batch): void {
    if (this.#isPaused || this.#isPassing || this.#held.size > 0) this.#held.push(batch);
    else this.#pass(batch);
    this.#run();
  }

  /** Keeps what comes from now on. */
  pause(): void {
    this.#isPaused = true;
  }

  /** Passes on what was kept, and what comes. */
  resume(): void {
    this.#isPaused = false;
    this.#run();
  }

  /** Passes on all that was kept: nothing more comes. */
  flush(): void {
    for (let batch; (batch = this.#held.shift());) this.#pass(batch);
  }

  /** Drops what was kept, because the client is going to send it again. */
  forget(): void {
    while (this.#held.shift());
  }

  /** The client was told of all that was taken. */
  told(): void {
    this.#acknowledged = this.#taken;
    this.#bytes = 0;
  }

  /** Acknowledges nothing more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** A handler that pauses and goes on while it gets something has that to the end before the next. */
  #run(): void {
    while (!this.#isPaused && !this.#isPassing && this.#held.size > 0) {
      this.#pass(this.#held.shift() as Batch);
    }
  }

  #pass(batch: Batch): void {
    this.#taken += batch.size;
    this.#bytes += batch.length;
    // Before the handler has it, which may end the connection: then there is nobody to be told.
    this.#timer ??= setTimeout(() => this.#late(), ACK_TIME);
    this.#isPassing = true;
    this.#taking.pass(batch);
    this.#isPassing = false;
    const isMuch = this.#bytes >= this.#taking.ackBytes ||
      this.#taken - this.#acknowledged >= ACK_MESSAGES;
    if (isMuch) this.#tell();
  }

  #tell(): void {
    if (this.#taking.acknowledge(this.#taken)) this.told();
  }

  #late(): void {
    this.#timer = undefined;
    if (this.#taken === this.#acknowledged) return;
    this.#tell();
    // There may be no room for it.
    if (this.#taken > this.#acknowledged) {
      this.#timer = setTimeout(() => this.#late(), ACK_TIME);
    }
  }
}
