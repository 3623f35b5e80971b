import type { Batch, Message } from "../base/batch.ts";
import { BatchQueue } from "../base/batch_queue.ts";
import { HIGH_WATER_MARK, MAX_BURST, MAX_HELD, MAX_UNSENT, SLOW_MARK } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Gauge, SlowPolicy, Transport } from "../contract.ts";
import { Drops } from "./drops.ts";
import { Lane } from "./lane.ts";
import type { Tally } from "./tally.ts";

/** All of {@linkcode SlowPolicy}. */
export const SLOW_POLICIES = ["close", "drop-oldest", "latest"] as const satisfies SlowPolicy[];

/** Options of {@linkcode Outbox}. */
export interface OutboxOptions {
  /** The policy for messages that others make for the client faster than it reads. */
  readonly slow: SlowPolicy;
  readonly log: Log;
  /** Is told of what goes out, when it does, and of what never will. */
  readonly tally: Tally;
  /** The client reads too slowly, and its connection is to be closed. */
  tooSlow(): void;
}

const NOTHING: readonly Batch[] = [];

// How long a client has to take something of what was made in one go, in ms.
const JUDGING = 250;

/**
 * Messages that wait for one client, in one order: what its handler sends, what others make for it, and what
 * was said before it came.
 *
 * Backpressure: whoever sends can see how much waits, and wait itself. Whoever makes messages for many cannot
 * wait for one of them, so those messages are held back here while much is under way, and dropped by the
 * {@linkcode SlowPolicy}.
 */
export class Outbox implements Gauge {
  readonly #transport: Transport;
  /** Where messages go: the transport, or what keeps them in order while one in parts is under way. */
  #way: Gauge & Pick<Transport, "send">;
  #lane: Lane | undefined;
  readonly #options: OutboxOptions;
  /** Batches from before the client came, and how many of them were sent. */
  #past = NOTHING;
  #sent = 0;
  /** Messages that wait behind those; most outboxes never need it. */
  #held: BatchQueue | undefined;
  /** While something is held back. */
  #releasing: Promise<void> | undefined;
  /** How often something of it was sent on. */
  #released = 0;
  #judging: ReturnType<typeof setTimeout> | undefined;
  #drops: Drops | undefined;

  constructor(transport: Transport, options: OutboxOptions) {
    this.#transport = this.#way = transport;
    this.#options = options;
  }

  /** Bytes that wait for the client, on their way or not yet; without what was said before it came. */
  get bufferedAmount(): number {
    return this.#way.bufferedAmount + (this.#held?.bytes ?? 0);
  }

  async drained(amount: number = HIGH_WATER_MARK / 2): Promise<void> {
    while (this.#releasing) await this.#releasing;
    await this.#way.drained(amount);
  }

  /** Sends what its own handler has made, which looks itself how much waits. */
  send(batch: Batch): void {
    if (this.#releasing) {
      if (!this.#mayDrop) return this.#hold(batch);
      // It is not for the policy to drop, nor to overtake what was made before it.
      this.flush();
    }
    this.#transmit(batch);
  }

  /**
   * Sends a message in parts, behind all that was sent.
   *
   * @param failed Its parts have failed, and what was begun of it cannot be completed.
   * @returns Whether all of it was sent.
   */
  carry(
    parts: ReadableStreamDefaultReader<Message>,
    failed: (error: unknown) => void,
  ): Promise<boolean> {
    if (!this.#lane) {
      if (this.#way !== this.#transport) {
        parts.cancel().catch(failed);
        return Promise.resolve(false);
      }
      this.flush();
      this.#way = this.#lane = new Lane(this.#transport, this.#options.tally, () => {
        this.#way = this.#transport;
        this.#lane = undefined;
      });
    }
    return this.#lane.carry(parts, failed);
  }

  /**
   * Lets messages in parts, and what waits behind them, be the last.
   *
   * @param patience Milliseconds in which the client may take nothing, `Infinity` for no limit; then, `stalled`.
   * @returns Resolves when they were sent or broken off; undefined without any.
   */
  finish(patience: number, stalled: () => void): Promise<void> | undefined {
    if (patience < Infinity) this.#lane?.within(patience, stalled);
    return this.#lane?.over;
  }

  /**
   * Ends a message in parts where it is, and drops what waits behind it, and whatever is sent from now on: it would
   * be in the middle of that message.
   *
   * @returns Bytes that were dropped.
   */
  breakOff(): number {
    const lane = this.#lane;
    if (!lane) return 0;
    this.flush();
    this.#lane = undefined;
    return lane.stop();
  }

  /** Sends what others have made for it, or holds it back, or drops it. */
  deliver(batch: Batch): void {
    const transport = this.#transport;
    if (transport.isAway && transport.shed && this.#way === transport) return this.#keep(batch);
    if (this.#releasing) this.#hold(batch);
    else if (this.#way.bufferedAmount <= this.#mark) return this.#transmit(batch);
    else {
      // Many messages in one go are no sign of a slow client: they have had no time to leave.
      this.#hold(batch);
      this.#release();
    }
    this.#limit();
  }

  /** Has the transport keep it for a client that is away: of all that waits, the oldest is what is dropped. */
  #keep(batch: Batch): void {
    this.flush();
    this.#transmit(batch);
    const dropped = this.#transport.shed?.() ?? 0;
    if (dropped > 0) this.#options.tally.dropped(dropped);
  }

  /** Sends what was said before it came, all of it, as fast as the client reads; what is sent meanwhile waits. */
  replay(past: readonly Batch[]): void {
    if (past.length === 0) return;
    if (this.#releasing && this.#held?.size) {
      if (!this.#mayDrop) return past.forEach((batch) => this.#hold(batch));
      this.flush();
    }
    this.#past = this.#sent < this.#past.length ? [...this.#past.slice(this.#sent), ...past] : past;
    this.#sent = 0;
    if (this.#releasing) return;
    this.#sendOn();
    if (this.#waits) this.#release();
    else this.#past = NOTHING;
  }

  /**
   * Messages for it were lost before they came here.
   *
   * @returns Whether its policy is that it may miss some: then they are counted.
   */
  missed(count: number): boolean {
    if (this.#mayDrop) this.#options.tally.dropped(count);
    return this.#mayDrop;
  }

  /** Sends what waits, however far the client is behind: its connection is about to be closed. */
  flush(): void {
    while (this.#waits) this.#transmit(this.#next());
  }

  /** Nothing more is to be sent: what waits is dropped, and counted where the policy drops. */
  end(): void {
    const waiting = this.#held?.size ?? 0;
    if (this.#mayDrop && (waiting > 0 || this.#drops)) this.#dropped.left(waiting);
    this.#past = NOTHING;
    this.#held = undefined;
    clearTimeout(this.#judging);
  }

  #transmit(batch: Batch): void {
    this.#way.send(batch);
    // Afterwards, when a text has been encoded.
    this.#options.tally.sent(batch);
  }

  #hold(batch: Batch): void {
    (this.#held ??= new BatchQueue()).push(batch);
  }

  #limit(): void {
    const held = this.#held;
    if (!held) return;
    const { slow, tooSlow } = this.#options;
    if (slow === "close") {
      const { bufferedAmount } = this;
      if (bufferedAmount > MAX_BURST) tooSlow();
      else if (bufferedAmount > MAX_UNSENT) this.#judging ??= this.#judge();
      return;
    }
    const limit = slow === "latest" ? 0 : MAX_HELD;
    while (held.bytes > limit && held.size > 1) {
      held.drop();
      this.#dropped.add();
    }
  }

  /** Looks whether the client takes anything: what is made in one go has had no time to leave. */
  #judge(): ReturnType<typeof setTimeout> {
    const { bufferedAmount } = this.#transport;
    const released = this.#released;
    return setTimeout(() => {
      this.#judging = undefined;
      if (this.bufferedAmount <= MAX_UNSENT) return;
      const reads = this.#released > released || this.#way.bufferedAmount < bufferedAmount;
      if (reads) this.#judging = this.#judge();
      else this.#options.tooSlow();
    }, JUDGING);
  }

  get #mayDrop(): boolean {
    return this.#options.slow !== "close";
  }

  get #dropped(): Drops {
    return this.#drops ??= new Drops(this.#options);
  }

  /** Bytes that may be under way while something waits. */
  get #mark(): number {
    return this.#options.slow === "close" ? HIGH_WATER_MARK : SLOW_MARK;
  }

  get #waits(): boolean {
    return this.#sent < this.#past.length || (this.#held?.size ?? 0) > 0;
  }

  /** Sends what waits as the client reads on. */
  #release(): void {
    this.#releasing = this.#run();
  }

  async #run(): Promise<void> {
    for (;;) {
      await this.#way.drained(this.#mark / 2);
      if (!this.#waits) break;
      this.#sendOn();
    }
    this.#held = undefined;
    this.#past = NOTHING;
    // Not a moment later: what is sent in between would be held back for nobody to release.
    this.#releasing = undefined;
    // Where more is under way nevertheless, it is closing.
    if (this.#way.bufferedAmount <= this.#mark) this.#drops?.readsAgain();
  }

  /** Sends something at least: a transport that is closing never drains, but takes any. */
  #sendOn(): void {
    while (this.#waits) {
      this.#transmit(this.#next());
      this.#released++;
      if (this.#way.bufferedAmount > this.#mark) return;
    }
  }

  #next(): Batch {
    if (this.#sent < this.#past.length) return this.#past[this.#sent++] as Batch;
    return this.#held?.shift() as Batch;
  }
}
