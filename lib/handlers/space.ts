import { Histories } from "./histories.ts";
import type { Message } from "./message_queue.ts";
import type { Recipient } from "./recipient.ts";
import { Rooms } from "./rooms.ts";

/** A room of a {@linkcode Space}. */
export interface Room {
  /** Unique among all rooms of the space. */
  readonly key: string;
  /** What clients know it by. */
  readonly name: string;
}

/** What a route wants of its rooms. */
export interface RoomOptions {
  /** How many of the last messages a new client gets first. */
  readonly history: number;
  /** Whether a client is told who joins and leaves. */
  readonly presence: boolean;
}

/**
 * Rooms with what was said in them and who is there. The clients of all `broadcast` handlers that have the
 * same space meet in the same rooms.
 */
export class Space {
  readonly #rooms = new Rooms<Recipient>();
  /** Those of them who are told who joins and leaves. */
  readonly #watchers = new Rooms<Recipient>();
  readonly #histories = new Histories();
  readonly #wanted = new Map<object, number>();

  /**
   * Keeps the last messages of each room, as many as any route wants.
   *
   * @ignore
   * @param route What wants them; until {@linkcode forget}.
   */
  keep(route: object, history: number): void {
    this.#wanted.set(route, history);
    this.#histories.keep(Math.max(...this.#wanted.values()));
  }

  /**
   * Takes back what `keep` was told.
   *
   * @ignore
   */
  forget(route: object): void {
    this.#wanted.delete(route);
    this.#histories.keep(Math.max(0, ...this.#wanted.values()));
  }

  /**
   * Lets a client in: it gets what was said last, then what is said from now on.
   *
   * @ignore
   */
  enter(room: Room, client: Recipient, { history, presence }: RoomOptions): void {
    const { key } = room;
    client.begin(this.#histories.enter(key, history));
    this.#rooms.join(key, client);
    if (presence) this.#watchers.join(key, client);
    this.#notify("join", room, client.connection.id);
  }

  /**
   * Lets a client out.
   *
   * @ignore
   */
  leave(room: Room, id: string): void {
    const { key } = room;
    this.#rooms.leave(key, id);
    this.#watchers.leave(key, id);
    if (this.#rooms.size(key) === 0) this.#histories.leave(key);
    this.#notify("leave", room, id);
  }

  /**
   * Sends a message to all in a room, and remembers it.
   *
   * @ignore
   * @param from The id of the connection that it comes from.
   * @param echo Whether that gets it as well.
   */
  publish({ key }: Room, data: Message, from: string, echo: boolean): void {
    this.#histories.add(key, data);
    this.#rooms.publish(key, data, from, { echo });
  }

  #notify(type: "join" | "leave", { key, name }: Room, id: string): void {
    if (this.#watchers.size(key) === 0) return;
    const members = this.#rooms.size(key);
    this.#watchers.publish(key, JSON.stringify({ type, id, room: name, members }));
  }
}
