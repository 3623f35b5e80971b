import { MAX_EMPTY_ROOMS, MAX_HISTORY_OF_EMPTY_ROOMS } from "../base/limits.ts";
import { History } from "./history.ts";
import type { Message } from "./message_queue.ts";

/**
 * The histories of rooms. Those of rooms that nobody is in are kept as well, but only so many, because
 * clients choose the names of rooms: beyond that, the room that is empty for the longest time is forgotten.
 */
export class Histories {
  #count = 0;
  readonly #entered = new Map<string, History>();
  /** From the one that is empty for the longest time. */
  readonly #empty = new Map<string, History>();
  #bytesOfEmpty = 0;

  /** Keeps the last `count` messages of each room from now on. */
  keep(count: number): void {
    const forgets = count < this.#count;
    this.#count = count;
    if (!forgets) return;
    for (const [room, history] of this.#entered) this.#trim(this.#entered, room, history);
    for (const [room, history] of this.#empty) {
      const { bytes } = history;
      this.#trim(this.#empty, room, history);
      this.#bytesOfEmpty -= bytes - history.bytes;
    }
  }

  /** Remembers a message of a room that somebody is in. */
  add(room: string, data: Message): void {
    if (this.#count === 0) return;
    let history = this.#entered.get(room);
    if (!history) this.#entered.set(room, history = new History());
    history.add(data, this.#count);
  }

  /** Somebody enters a room: its last `count` messages, the oldest of them first. */
  enter(room: string, count: number): readonly Message[] {
    const empty = this.#empty.get(room);
    if (empty) {
      this.#forget(room, empty);
      this.#entered.set(room, empty);
    }
    return this.#entered.get(room)?.last(count) ?? [];
  }

  /** The last one has left a room. */
  leave(room: string): void {
    const history = this.#entered.get(room);
    if (!history) return;
    this.#entered.delete(room);
    this.#empty.set(room, history);
    this.#bytesOfEmpty += history.bytes;
    for (const [oldest, forgotten] of this.#empty) {
      const fits = this.#bytesOfEmpty <= MAX_HISTORY_OF_EMPTY_ROOMS;
      if (fits && this.#empty.size <= MAX_EMPTY_ROOMS) return;
      this.#forget(oldest, forgotten);
    }
  }

  #forget(room: string, history: History): void {
    this.#empty.delete(room);
    this.#bytesOfEmpty -= history.bytes;
  }

  #trim(histories: Map<string, History>, room: string, history: History): void {
    history.trim(this.#count);
    if (this.#count === 0) histories.delete(room);
  }
}
