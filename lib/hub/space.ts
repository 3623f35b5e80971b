import type { Rooms } from "../contract.ts";
import type { Audience } from "./audience.ts";
import type { RoomLog } from "./room_log.ts";

/** A room that a {@linkcode Space} can have. */
export interface KeptRoom extends Audience {
  readonly log: RoomLog;
  /** Whether it is to be kept while nobody is in it. */
  readonly remembers: boolean;
}

/** The owner of a room. */
export interface RoomOwner<R> {
  /** How many of the last messages its rooms keep. */
  readonly keeps: number;
  /** Somebody is in it again. */
  entered(room: R): void;
  /** The last one has left it. */
  emptied(room: R): void;
}

/** Options of {@linkcode Space}. */
export interface SpaceOptions<R> {
  /** Makes a room. */
  make(name: string, owner: RoomOwner<R>): R;
  /** A room that nobody was in is not empty any more. */
  entered(room: R): void;
  /** Nobody is in a room which remembers something. */
  emptied(room: R): void;
}

/** Rooms by their names; the routes that have the same space meet in the same rooms. */
export class Space<R extends KeptRoom & ReturnType<Rooms["room"]>> implements Rooms, RoomOwner<R> {
  readonly #rooms = new Map<string, R>();
  readonly #options: SpaceOptions<R>;
  /** How many messages each route wants to be kept. */
  readonly #wanted = new Map<object, number>();
  #keeps = 0;

  constructor(options: SpaceOptions<R>) {
    this.#options = options;
  }

  get keeps(): number {
    return this.#keeps;
  }

  /** All rooms in which somebody is, or of which something is remembered. */
  get rooms(): Iterable<R> {
    return this.#rooms.values();
  }

  /** The room of a name, which is made where there is none yet. */
  room(name: string): R {
    // One that nobody enters is not remembered: clients choose the names.
    return this.#rooms.get(name) ?? this.#options.make(name, this);
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

  entered(room: R): void {
    this.#rooms.set(room.name, room);
    this.#options.entered(room);
  }

  emptied(room: R): void {
    if (room.remembers) this.#options.emptied(room);
    else this.drop(room);
  }

  /** Remembers nothing of a room that nobody is in. */
  drop(room: R): void {
    if (room.here === 0 && this.#rooms.get(room.name) === room) this.#rooms.delete(room.name);
  }

  #change(): void {
    const before = this.#keeps;
    this.#keeps = Math.max(0, ...this.#wanted.values());
    if (this.#keeps >= before) return;
    for (const room of [...this.#rooms.values()]) {
      room.log.trim(this.#keeps);
      if (room.here > 0) continue;
      // It counts anew what it holds.
      this.#options.entered(room);
      this.emptied(room);
    }
  }
}
