import type { Mark } from "../../base/mark.ts";
import { type Item, MAX_SHIPMENT, sizeOf } from "./shipment.ts";

/** Something that waits for Redis: published, or, where it has no messages, cast. */
export interface Waiting extends Item {
  /** How many of the last messages of its topic are kept at least. */
  readonly keep: number;
  /** The time since when it waits. */
  readonly since: number;
  resolve(mark: Mark | undefined): void;
}

/** Everything that waits for one topic, in order. */
export class Lane {
  /** The shipment that is not answered yet. */
  sent: readonly Waiting[] = [];
  /** The number of that. */
  turn = 0;
  /** Whether it is about to be looked at. */
  isDue = false;
  #waiting: Waiting[] = [];

  /** Whether nothing waits, nor is under way. */
  get isEmpty(): boolean {
    return this.sent.length + this.#waiting.length === 0;
  }

  /** Whether something waits behind what is under way. */
  get waits(): boolean {
    return this.#waiting.length > 0;
  }

  /** Whether what comes next is cast. */
  get isCast(): boolean {
    return this.#waiting[0]?.count === 0;
  }

  add(item: Waiting): void {
    this.#waiting.push(item);
  }

  /** Takes out what goes together next: of one kind, and as much as a shipment has. */
  takeNext(): readonly Waiting[] {
    const { isCast } = this;
    let [end, bytes] = [0, 0];
    for (; end < this.#waiting.length; end++) {
      const item = this.#waiting[end] as Waiting;
      if ((item.count === 0) !== isCast || (end > 0 && bytes + sizeOf(item) > MAX_SHIPMENT)) break;
      bytes += sizeOf(item);
    }
    const items = this.#waiting.slice(0, end);
    this.#waiting = this.#waiting.slice(end);
    return items;
  }

  /** Takes out what is cast, which is for those who listen now. */
  takeCasts(): readonly Waiting[] {
    return this.#take(({ count }) => count === 0);
  }

  /** Takes out what waits since a time or before. */
  takeOld(since: number): readonly Waiting[] {
    const isOld = (item: Waiting) => item.since <= since;
    // Those of a shipment belong together.
    const sent = this.sent.some(isOld) ? this.sent : [];
    if (sent.length > 0) this.sent = [];
    return [...sent, ...this.#take(isOld)];
  }

  /** Takes out everything. */
  takeAll(): readonly Waiting[] {
    const all = [...this.sent, ...this.#waiting];
    [this.sent, this.#waiting] = [[], []];
    return all;
  }

  #take(isTaken: (item: Waiting) => boolean): Waiting[] {
    const taken = this.#waiting.filter(isTaken);
    if (taken.length > 0) this.#waiting = this.#waiting.filter((item) => !isTaken(item));
    return taken;
  }
}
