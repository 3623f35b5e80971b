import type { Batch } from "../../../base/batch.ts";
import { BatchQueue } from "../../../base/batch_queue.ts";
import type { FrontLeg } from "./front_leg.ts";
import { KIND } from "./relay_frame.ts";

/**
 * Messages of a client, kept until the server that serves it says that nobody has to. They are numbered from 1 on for
 * each server anew.
 */
export class KeptInput {
  #queue = new BatchQueue();
  /** The numbers of the last one that was sent, that the server may use, and that is not kept any more. */
  #sent = 0;
  #granted = 0;
  #done = 0;

  /** Bytes of them, with what each costs beside its data. */
  get bytes(): number {
    return this.#queue.bytes;
  }

  get size(): number {
    return this.#queue.size;
  }

  /** @param leg The way to the server; undefined while there is none. */
  add(batch: Batch, leg: FrontLeg | undefined): void {
    this.#queue.push(batch);
    if (leg) this.#send(leg, batch);
  }

  /** Sends all of them to a server that has got none yet. */
  sendAll(leg: FrontLeg): void {
    for (const batch of this.#queue.last(this.#queue.size)) this.#send(leg, batch);
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
    for (; this.#done < done; this.#done++) this.#queue.drop();
    return true;
  }

  /**
   * The server serves it no more: what it was not granted is kept for another one.
   *
   * @returns How many messages it may have used without having said so, which are lost.
   */
  lose(): number {
    const lost = Math.max(0, this.#granted - this.#done);
    for (let index = 0; index < lost; index++) this.#queue.drop();
    this.#sent = this.#granted = this.#done = 0;
    return lost;
  }

  /** Drops all of them; answers how many. */
  clear(): number {
    const { size } = this.#queue;
    this.#queue = new BatchQueue();
    return size;
  }
}
