import type { Rooms } from "../contract.ts";
import { LiveRoom, type RoomOwner } from "./live_room.ts";

/** Told of rooms that nobody is in, whose logs may have to be forgotten. */
export type EmptyRooms = Pick<RoomOwner, "entered" | "emptied">;

/** Rooms by their names; the routes that have the same space meet in the same rooms. */
export class Space implements Rooms, RoomOwner {
  readonly #rooms = new Map<string, LiveRoom>();
  readonly #empty: EmptyRooms;
  /** How many messages each route wants to be kept. */
  readonly #wanted = new Map<object, number>();
  #keeps = 0;

  /** @param empty Told of rooms that nobody is in. */
  constructor(empty: EmptyRooms) {
    this.#empty = empty;
  }

  get keeps(): number {
    return this.#keeps;
  }

  /** The room of a name, which is made where there is none yet. */
  room(name: string): LiveRoom {
    // One that nobody enters is not remembered: clients choose the names.
    return this.#rooms.get(name) ?? new LiveRoom(name, this);
  }

  /** Whether somebody is in a room, or something is remembered of it. */
  has(name: string): boolean {
    return this.#rooms.has(name);
  }

  /**
   * Keeps the last messages of each room, as many as any route wants.
   *
   * @param route The route, or its handler, that wants them; until {@linkcode forget}.
   */
  keep(route: object, count: number): void {
    this.#wanted.set(route, count);
    this.#change();
  }

  /** Takes back what `keep` was told. */
  forget(route: object): void {
    this.#wanted.delete(route);
    this.#change();
  }

  entered(room: LiveRoom): void {
    this.#rooms.set(room.name, room);
    this.#empty.entered(room);
  }

  emptied(room: LiveRoom): void {
    if (room.log.bytes === 0) this.drop(room);
    else this.#empty.emptied(room);
  }

  /** Remembers nothing of a room that nobody is in. */
  drop(room: LiveRoom): void {
    if (room.size === 0 && this.#rooms.get(room.name) === room) this.#rooms.delete(room.name);
  }

  #change(): void {
    const before = this.#keeps;
    this.#keeps = Math.max(0, ...this.#wanted.values());
    if (this.#keeps >= before) return;
    for (const room of [...this.#rooms.values()]) {
      room.log.trim(this.#keeps);
      if (room.size > 0) continue;
      // It counts anew what it holds.
      this.#empty.entered(room);
      this.emptied(room);
    }
  }
}
