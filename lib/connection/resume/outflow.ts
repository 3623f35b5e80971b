import type { Batch } from "../../base/batch.ts";
import { HIGH_WATER_MARK, MAX_UNSENT } from "../../base/limits.ts";
import { nextTurn } from "../../base/next_turn.ts";
import type { Gauge } from "../../contract.ts";
import { ControlError } from "./control.ts";
import type { Link } from "./link.ts";
import { SentLog } from "./sent_log.ts";

// A client that has nothing to acknowledge, and does so again and again, is none of this protocol.
const MOST_EMPTY_ACKS = 16;

/**
 * Messages to a client: numbers them, and keeps them until it has acknowledged them.
 *
 * Backpressure: as soon as more is kept than may be, that counts as `bufferedAmount`, so that whoever can wait does.
 * For the others, the oldest is dropped.
 */
export class Outflow implements Gauge {
  readonly #bytes: number;
  readonly #log = new SentLog();
  #link: Link | undefined;
  #isOver = false;
  /** The number of the last message that the client is known to have; of those before it, some may be forgotten. */
  #acknowledged = 0;
  #emptyAcks = 0;
  /** Resolves when there is room. */
  #room: PromiseWithResolvers<void> | undefined;

  /** @param bytes How much may be kept before whoever can wait does. */
  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /** The number of the last message. */
  get sent(): number {
    return this.#log.sent;
  }

  /** The number of the last message that is not kept any more. */
  get forgotten(): number {
    return this.#log.forgotten;
  }

  /** Bytes of messages that a client has not acknowledged. */
  get unacknowledged(): number {
    return this.#log.rest.reduce((sum, batch) => sum + batch.length, 0);
  }

  get bufferedAmount(): number {
    const { bytes } = this.#log;
    const over = bytes - this.#bytes;
    // Whoever can wait shall wait, whatever room there is for others.
    if (over > 0) return HIGH_WATER_MARK + over;
    return this.#link ? this.#link.transport.bufferedAmount : Math.min(bytes, HIGH_WATER_MARK);
  }

  async drained(amount: number = HIGH_WATER_MARK / 2): Promise<void> {
    for (;;) {
      if (this.#isOver) return await nextTurn();
      const link = this.#link;
      if (link && this.#log.bytes <= this.#bytes) return await link.transport.drained(amount);
      if (this.bufferedAmount <= amount) return;
      await (this.#room ??= Promise.withResolvers()).promise;
    }
  }

  /** Sends messages, or keeps them for a client that is away. */
  send(batch: Batch): void {
    if (this.#isOver || batch.size === 0) return;
    this.#log.add(batch);
    const link = this.#link;
    link?.send(batch);
    // On a transport without acknowledgements, the last that was sent is what is kept.
    this.#shed(link && !link.acknowledges ? this.#bytes : this.#bytes + MAX_UNSENT);
  }

  /** Drops the oldest of what is kept beyond what may be; answers how many messages. */
  shed(): number {
    return this.#shed(this.#bytes);
  }

  #shed(bytes: number): number {
    const dropped = this.#log.shed(bytes);
    if (dropped > 0) this.#makeRoom();
    return dropped;
  }

  /** Forgets what a client says that it has. */
  forget(upTo: number): void {
    this.#acknowledged = Math.max(this.#acknowledged, upTo);
    this.#log.forget(upTo);
    this.#makeRoom();
  }

  /**
   * Forgets what a client acknowledges.
   *
   * @throws {ControlError} If it cannot have that, or says again and again what it has said.
   */
  acknowledged(upTo: number): void {
    if (upTo > this.#log.sent) throw new ControlError("More is acknowledged than was sent");
    this.#emptyAcks = upTo > this.#acknowledged ? 0 : this.#emptyAcks + 1;
    if (this.#emptyAcks > MOST_EMPTY_ACKS) throw new ControlError("Nothing new is acknowledged");
    this.forget(upTo);
  }

  /** Sends by a link from now on, and all that is kept first. */
  through(link: Link): void {
    this.#link = link;
    for (const batch of this.#log.rest) link.send(batch);
    this.#makeRoom();
  }

  /** Keeps what is sent from now on. */
  keep(): void {
    this.#link = undefined;
  }

  /** Takes nothing more; what is kept may still be sent. */
  end(): void {
    this.#isOver = true;
    this.#makeRoom();
  }

  #makeRoom(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }
}
