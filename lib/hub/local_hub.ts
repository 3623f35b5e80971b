import type { Hub } from "../contract.ts";
import { EmptyRooms } from "./empty_rooms.ts";
import { LiveRoom } from "./live_room.ts";
import { Space } from "./space.ts";

/** All rooms of one server that has no others beside it. */
export class LocalHub implements Hub {
  readonly isShared = false;
  readonly isAway = false;
  readonly #spaces = new Map<string, Space<LiveRoom>>();
  readonly #empty = new EmptyRooms<LiveRoom>();

  room(name: string): LiveRoom {
    return this.space().room(name);
  }

  space(name = ""): Space<LiveRoom> {
    let space = this.#spaces.get(name);
    if (!space) {
      const made: Space<LiveRoom> = space = new Space({
        make: (room, owner) => new LiveRoom(room, owner),
        entered: (room) => this.#empty.forget(room),
        emptied: (room) => this.#empty.keep(room, () => made.drop(room)),
      });
      this.#spaces.set(name, made);
    }
    return space;
  }
}
