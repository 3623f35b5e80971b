import type { Batch, Message } from "../base/batch.ts";
import { Fifo } from "../base/fifo.ts";
import { HIGH_WATER_MARK, NODE_MESSAGE_OVERHEAD } from "../base/limits.ts";
import type { Gauge, Transport } from "../contract.ts";
import { carryParts } from "./carry_parts.ts";
import type { Tally } from "./tally.ts";
import { watchProgress } from "./transport/watch_progress.ts";

/** A message in parts that waits for its turn. */
interface Waiting {
  readonly parts: ReadableStreamDefaultReader<Message>;
  failed(error: unknown): void;
  resolve(sentAll: boolean): void;
}

/** Messages that wait, with their bytes as they were counted. */
interface Counted {
  readonly batch: Batch;
  readonly bytes: number;
}

/** Messages in parts, and what is sent behind them, in one order; there while there is one of them. */
export class Lane implements Gauge {
  readonly #transport: Transport;
  readonly #tally: Tally;
  readonly #idle: () => void;
  readonly #queue = new Fifo<Counted | Waiting>();
  /** Of the messages in it, and how many batches they are. */
  #bytes = 0;
  #batches = 0;
  #current: Waiting | undefined;
  #stopped = false;
  /** Bytes of parts that were sent. */
  #carried = 0;
  #watch: Disposable | undefined;
  readonly #over = Promise.withResolvers<void>();

  /**
   * @param tally Counts the messages in parts.
   * @param idle Called when nothing is under way any more.
   */
  constructor(transport: Transport, tally: Tally, idle: () => void) {
    this.#transport = transport;
    this.#tally = tally;
    this.#idle = idle;
  }

  get bufferedAmount(): number {
    return this.#transport.bufferedAmount + this.#bytes + this.#batches * NODE_MESSAGE_OVERHEAD;
  }

  async drained(amount: number = HIGH_WATER_MARK / 2): Promise<void> {
    while (this.#batches > 0 && this.bufferedAmount > amount) await this.#over.promise;
    await this.#transport.drained(amount);
  }

  /** Resolves when all was sent, or nothing will be any more. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  /** Sends messages behind all others. */
  send(batch: Batch): void {
    if (this.#stopped) return;
    const bytes = batch.length;
    this.#queue.push({ batch: batch.keep(), bytes });
    this.#bytes += bytes;
    this.#batches++;
  }

  /**
   * Sends a message in parts behind all others.
   *
   * @param failed Its parts have failed: the connection MUST end, because a message that was begun cannot.
   * @returns Whether all of it was sent.
   */
  carry(
    parts: ReadableStreamDefaultReader<Message>,
    failed: (error: unknown) => void,
  ): Promise<boolean> {
    return new Promise((resolve) => {
      this.#queue.push({ parts, failed, resolve });
      if (!this.#current) this.#run();
    });
  }

  /**
   * Watches from now on whether the client takes what waits for it; parts that do not come are not its fault.
   *
   * @param patience Milliseconds that it may take nothing in.
   * @param stalled Called once, when it has taken nothing for longer.
   */
  within(patience: number, stalled: () => void): void {
    const transport = this.#transport;
    const unsent = () => transport.unsent;
    // Less is there as it takes something, whatever comes meanwhile.
    const amount = () => transport.bufferedAmount - this.#carried;
    this.#watch = watchProgress(amount, patience, unsent, () => {
      if (transport.bufferedAmount + (unsent() ?? 0) > 0) stalled();
      else this.within(patience, stalled);
    });
  }

  /**
   * Breaks off what is under way, and drops what waits behind it.
   *
   * @returns Bytes of the messages that were dropped.
   */
  stop(): number {
    if (this.#stopped) return 0;
    this.#stopped = true;
    this.#watch?.[Symbol.dispose]();
    const left = [this.#current, ...this.#queue];
    this.#queue.clear();
    for (const entry of left) {
      if (!entry || !("parts" in entry)) continue;
      // To a client that has gone, a failure is nothing; to whoever made the parts, it is one of their code.
      entry.parts.cancel().catch(entry.failed);
      entry.resolve(false);
    }
    const lost = this.#bytes;
    this.#bytes = this.#batches = 0;
    this.#over.resolve();
    return lost;
  }

  async #run(): Promise<void> {
    for (let entry = this.#queue.shift(); entry; entry = this.#queue.shift()) {
      if (!("parts" in entry)) {
        this.#bytes -= entry.bytes;
        this.#batches--;
        this.#transport.send(entry.batch);
        continue;
      }
      this.#current = entry;
      await this.#carry(entry);
      if (this.#stopped) return;
      this.#current = undefined;
    }
    this.#watch?.[Symbol.dispose]();
    this.#idle();
    this.#over.resolve();
  }

  async #carry({ parts, failed, resolve }: Waiting): Promise<void> {
    try {
      const tally = this.#tally;
      const isWhole = await carryParts(this.#transport, parts, {
        isOver: () => this.#stopped,
        sent: (bytes) => {
          this.#carried += bytes;
          tally.sentPart(bytes);
        },
      });
      if (isWhole) tally.sentWhole();
      resolve(isWhole);
    } catch (error) {
      // Nobody waits for more of them; where that fails as well, the first failure is the one to hear of.
      parts.cancel(error).catch(() => {});
      resolve(false);
      if (!this.#stopped) failed(error);
    }
  }
}
