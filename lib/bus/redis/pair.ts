import { type Item, packItems } from "./shipment.ts";

/** A frame for another server, until Redis has it. */
export interface Parcel {
  readonly epoch: number;
  readonly turn: number;
  readonly body: Uint8Array;
}

/** What was found out about a parcel that came. */
export type Verdict = "next" | "known" | "stale" | "renewed" | "missing";

// Epochs of which nobody has more by being honest.
const MOST = 2 ** 40;

/**
 * The two ways between this server and another one: parcels of an epoch have turns, so that one which is missing is
 * seen. The next epoch begins where one of them has given up what was on its way: the other one sees that by the
 * first parcel of it.
 */
export class Pair {
  epoch = 0;
  /** Whether anything was ever on its way. */
  isUsed = false;
  /** An old epoch which the other one was told of. */
  answered = -1;
  /** Parcels that Redis has not taken yet, in order. */
  parcels: Parcel[] = [];
  /** Frames that are in no parcel yet. */
  frames: Item[] = [];
  #sent = 0;
  #taken = 0;

  /** Makes a parcel of the frames; or of none, which says only what epoch it is. */
  pack(): Parcel {
    const parcel = { epoch: this.epoch, turn: ++this.#sent, body: packItems(this.frames) };
    this.isUsed = true;
    this.frames = [];
    this.parcels.push(parcel);
    return parcel;
  }

  /** Gives up what is on its way. */
  renew(epoch: number = this.epoch + 1): void {
    this.epoch = epoch;
    this.#sent = this.#taken = 0;
    this.parcels = [];
    this.frames = [];
  }

  /** Looks at a parcel that came; `renewed`: what was before is given up, and it is the next one. */
  judge(epoch: number, turn: number): Verdict {
    if (!(epoch >= 0 && epoch < MOST)) return "known";
    if (epoch < this.epoch) return "stale";
    const isRenewed = epoch > this.epoch && this.isUsed;
    if (epoch > this.epoch) this.renew(epoch);
    this.isUsed = true;
    if (turn <= this.#taken) return "known";
    if (turn !== this.#taken + 1) return "missing";
    this.#taken = turn;
    return isRenewed ? "renewed" : "next";
  }
}
