import { MAX_EMPTY_ROOMS, MAX_HISTORY_OF_EMPTY_ROOMS } from "../base/limits.ts";
import type { Hub } from "../contract.ts";
import type { LiveRoom } from "./live_room.ts";
import { Space } from "./space.ts";

/**
 * All rooms of one server.
 *
 * The logs of rooms that nobody is in are kept as well, but only so much of them, because clients choose
 * the names of rooms: beyond that, the room that is empty for the longest time is forgotten.
 */
export class LocalHub implements Hub {
  readonly #spaces = new Map<string, Space>();
  /** With the bytes that each was counted with, from the one that is empty for the longest time. */
  readonly #empty = new Map<LiveRoom, { readonly bytes: number; readonly space: Space }>();
  #bytesOfEmpty = 0;

  room(name: string): LiveRoom {
    return this.space().room(name);
  }

  space(name = ""): Space {
    let space = this.#spaces.get(name);
    if (!space) {
      const made: Space = space = new Space({
        entered: (room) => this.#forget(room),
        emptied: (room) => this.#keep(room, made),
      });
      this.#spaces.set(name, made);
    }
    return space;
  }

  #keep(room: LiveRoom, space: Space): void {
    const { bytes } = room.log;
    this.#empty.set(room, { bytes, space });
    this.#bytesOfEmpty += bytes;
    for (const [oldest, { space: owner }] of this.#empty) {
      const fits = this.#bytesOfEmpty <= MAX_HISTORY_OF_EMPTY_ROOMS;
      if (fits && this.#empty.size <= MAX_EMPTY_ROOMS) return;
      this.#forget(oldest);
      owner.drop(oldest);
    }
  }

  #forget(room: LiveRoom): void {
    const known = this.#empty.get(room);
    if (!known) return;
    this.#empty.delete(room);
    this.#bytesOfEmpty -= known.bytes;
  }
}
