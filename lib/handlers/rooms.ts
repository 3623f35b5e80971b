import type { PublishOptions } from "../base/connection.ts";

/** Who can be in a room. */
export interface Member {
  /** Its connection. */
  readonly connection: { readonly id: string };
  /** Takes what is published. MUST NOT throw: the others would not get it. */
  send(data: string | Uint8Array): void;
}

/** Rooms by their names; one is there as long as it has members. */
export class Rooms<M extends Member = Member> {
  readonly #rooms = new Map<string, Map<string, M>>();

  /** Lets a member in. */
  join(room: string, member: M): void {
    let members = this.#rooms.get(room);
    if (!members) this.#rooms.set(room, members = new Map());
    members.set(member.connection.id, member);
  }

  /** Lets a member out; does nothing where it is not in. */
  leave(room: string, id: string): void {
    const members = this.#rooms.get(room);
    if (members?.delete(id) && members.size === 0) this.#rooms.delete(room);
  }

  /** The members of a room in the order in which they came. */
  members(room: string): Iterable<M> {
    return this.#rooms.get(room)?.values() ?? [];
  }

  /** How many members a room has. */
  size(room: string): number {
    return this.#rooms.get(room)?.size ?? 0;
  }

  /**
   * Sends a message to all members of a room. One that leaves meanwhile gets it no more.
   *
   * @param from The id of the connection that publishes.
   * @returns To how many it was sent.
   */
  publish(
    room: string,
    data: string | Uint8Array,
    from?: string,
    { echo = true }: PublishOptions = {},
  ): number {
    let count = 0;
    for (const member of this.members(room)) {
      if (!echo && member.connection.id === from) continue;
      member.send(data);
      count++;
    }
    return count;
  }
}
