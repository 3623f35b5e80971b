import { MAX_EMPTY_ROOMS, MAX_HISTORY_OF_EMPTY_ROOMS } from "../base/limits.ts";
import type { KeptRoom } from "./space.ts";

/**
 * Rooms that nobody is in, of which something is kept.
 *
 * It is only so much, because clients choose the names of rooms: beyond that, the room that is empty for the longest
 * time is forgotten.
 */
export class EmptyRooms<R extends KeptRoom> {
  /** With the bytes that each was counted with, from the one that is empty for the longest time. */
  readonly #rooms = new Map<R, { readonly bytes: number; readonly drop: () => void }>();
  #bytes = 0;

  /** @param drop Remembers nothing of it; called once, unless it is forgotten before. */
  keep(room: R, drop: () => void): void {
    const { bytes } = room.log;
    this.#rooms.set(room, { bytes, drop });
    this.#bytes += bytes;
    const fits = () =>
      this.#bytes <= MAX_HISTORY_OF_EMPTY_ROOMS && this.#rooms.size <= MAX_EMPTY_ROOMS;
    while (!fits()) this.dropOldest();
  }

  /** Somebody is in it again. */
  forget(room: R): void {
    const known = this.#rooms.get(room);
    if (!known) return;
    this.#rooms.delete(room);
    this.#bytes -= known.bytes;
  }

  /** The one that is empty for the longest time. */
  get oldest(): R | undefined {
    return this.#rooms.keys().next().value;
  }

  /** Drops the one that is empty for the longest time; does nothing where there is none. */
  dropOldest(): void {
    for (const [oldest, { drop }] of this.#rooms) {
      this.forget(oldest);
      return drop();
    }
  }
}
