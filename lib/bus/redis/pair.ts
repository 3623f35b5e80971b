import { type Item, MAX_SHIPMENT, packItems, sizeOf } from "./shipment.ts";

/** A frame for another server, until Redis has it. */
export interface Parcel {
  readonly epoch: number;
  readonly turn: number;
  readonly body: Uint8Array;
}

/** The finding about a parcel that came. */
export type Verdict = "next" | "known" | "stale" | "renewed" | "missing";

// Behind the last epoch comes the first, so that there is a next one also after the last, which a stranger may have
// said: of two epochs, the later is that which is less than a half of all ahead of the other.
const EPOCHS = 2 ** 40;

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
  readonly #moved: (bytes: number) => void;
  #parcels: Parcel[] = [];
  #frames: Item[] = [];
  #sent = 0;
  #taken = 0;

  /** @param moved Told of bytes that wait from now on, or, where there are less than none, do not any more. */
  constructor(moved: (bytes: number) => void) {
    this.#moved = moved;
  }

  /** Parcels that Redis has not taken yet, in order. */
  get parcels(): readonly Parcel[] {
    return this.#parcels;
  }

  /** Adds a frame to those that are in no parcel yet. */
  add(frame: Item): void {
    this.#frames.push(frame);
    this.#moved(sizeOf(frame));
  }

  /** Makes parcels of all frames. */
  pack(): Parcel[] {
    const frames = this.#frames;
    this.#frames = [];
    const parcels: Parcel[] = [];
    for (let start = 0; start < frames.length;) {
      let [end, bytes] = [start, 0];
      while (end < frames.length && bytes < MAX_SHIPMENT) bytes += sizeOf(frames[end++] as Item);
      parcels.push(this.#parcel(frames.slice(start, end)));
      start = end;
    }
    return parcels;
  }

  /** Makes a parcel with nothing in it, which says only what epoch it is. */
  hello(): Parcel {
    return this.#parcel([]);
  }

  /** Redis has a parcel. */
  posted(parcel: Parcel): void {
    const at = this.#parcels.indexOf(parcel);
    if (at < 0) return;
    this.#parcels.splice(at, 1);
    this.#moved(-parcel.body.length);
  }

  /** Gives up what is on its way. */
  renew(epoch: number = (this.epoch + 1) % EPOCHS): void {
    const parcels = this.#parcels.reduce((sum, { body }) => sum + body.length, 0);
    const bytes = this.#frames.reduce((sum, frame) => sum + sizeOf(frame), parcels);
    this.epoch = epoch;
    this.#sent = this.#taken = 0;
    this.#parcels = [];
    this.#frames = [];
    this.#moved(-bytes);
  }

  /** Looks at a parcel that came; `renewed`: what was before is given up, and it is the next one. */
  judge(epoch: number, turn: number): Verdict {
    if (!(epoch >= 0 && epoch < EPOCHS)) return "known";
    const ahead = (epoch - this.epoch + EPOCHS) % EPOCHS;
    if (ahead > EPOCHS / 2 || (ahead === EPOCHS / 2 && epoch < this.epoch)) return "stale";
    const isRenewed = ahead > 0 && this.isUsed;
    if (ahead > 0) this.renew(epoch);
    this.isUsed = true;
    if (turn <= this.#taken) return "known";
    if (turn !== this.#taken + 1) return "missing";
    this.#taken = turn;
    return isRenewed ? "renewed" : "next";
  }

  #parcel(frames: readonly Item[]): Parcel {
    const parcel = { epoch: this.epoch, turn: ++this.#sent, body: packItems(frames) };
    this.isUsed = true;
    this.#parcels.push(parcel);
    return parcel;
  }
}
