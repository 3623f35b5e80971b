import type { Batch } from "../../../base/batch.ts";
import { BatchQueue } from "../../../base/batch_queue.ts";
import type { PartAt } from "../../../contract.ts";
import { piecesOf } from "./parted.ts";
import { costOf, RELAY_WINDOW } from "./relay_end.ts";
import type { ServedLeg } from "./served_leg.ts";

/** A part of a message, or a piece of one that its client gets whole. */
type Place = PartAt | "piece" | "lastPiece";

/**
 * Messages to a client at another server: those of a window are on their way until its transport has them out, and the
 * others wait here.
 */
export class RelayOutput {
  readonly #leg: ServedLeg;
  /** Bytes that were sent and are not taken. */
  #underWay = 0;
  readonly #waiting = new BatchQueue();
  /** The places of those that wait and are no messages. */
  readonly #places = new Map<Batch, Place>();

  constructor(leg: ServedLeg) {
    this.#leg = leg;
  }

  /** Bytes that the client has not taken. */
  get bytes(): number {
    return this.#underWay + this.#waiting.bytes;
  }

  /** Bytes of those that are not on their way. */
  get waiting(): number {
    return this.#waiting.bytes;
  }

  /** Sends messages, or some of one. */
  send(batch: Batch, at?: Place): void {
    if (this.#waiting.size === 0 && this.#mayGo) return this.#send(batch, at);
    if (at) this.#places.set(batch, at);
    this.#waiting.push(batch);
  }

  /** Sends a message that is too large to be sent at once. */
  sendLarge(message: Batch): void {
    const { mark } = message;
    const pieces = [...piecesOf(message)];
    for (const [index, piece] of pieces.entries()) {
      const isLast = index === pieces.length - 1;
      this.send(mark && index === 0 ? piece.marked(mark) : piece, isLast ? "lastPiece" : "piece");
    }
  }

  /** Sends a part of a message, which may be too large to be sent at once: then it is several. */
  sendPart(part: Batch, at: PartAt): void {
    const pieces = [...piecesOf(part)];
    for (const [index, piece] of pieces.entries()) {
      const isEnd = at === "last" && index === pieces.length - 1;
      this.send(piece, at === "first" && index === 0 ? "first" : isEnd ? "last" : "middle");
    }
  }

  get #mayGo(): boolean {
    return this.#underWay < RELAY_WINDOW && !this.#leg.isFull;
  }

  #send(batch: Batch, at: Place | undefined): void {
    this.#underWay += costOf(batch);
    if (at === undefined) this.#leg.send(batch);
    else if (at === "piece" || at === "lastPiece") this.#leg.sendPiece(batch, at === "lastPiece");
    else this.#leg.sendPart(batch, at);
  }

  /** The client has taken so many bytes. */
  credit(bytes: number): void {
    this.#underWay = Math.max(0, this.#underWay - bytes);
    this.goOn();
  }

  /** Sends of what waits as much as may be under way. */
  goOn(): void {
    while (this.#waiting.size > 0 && this.#mayGo) this.#sendNext();
  }

  /** Drops all that waits; answers how many bytes that was. */
  drop(): number {
    let bytes = 0;
    while (this.#waiting.size > 0) bytes += this.#waiting.drop();
    this.#places.clear();
    return bytes;
  }

  /** Sends of what waits as much as the servers take, whatever the client has taken. */
  flush(): void {
    while (this.#waiting.size > 0 && !this.#leg.isFull) this.#sendNext();
  }

  #sendNext(): void {
    const batch = this.#waiting.shift() as Batch;
    const at = this.#places.get(batch);
    this.#places.delete(batch);
    this.#send(batch, at);
  }
}
