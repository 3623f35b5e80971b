import { Batch } from "../base/batch.ts";
import type { JoinOptions, Member, Room } from "../contract.ts";
import { RoomLog } from "./room_log.ts";

/** The owner of a {@linkcode LiveRoom}. */
export interface RoomOwner {
  /** How many of the last messages its rooms keep. */
  readonly keeps: number;
  /** Somebody is in it again. */
  entered(room: LiveRoom): void;
  /** The last one has left it. */
  emptied(room: LiveRoom): void;
}

/** A room of members, with a log of what was said in it. */
export class LiveRoom implements Room {
  readonly name: string;
  readonly log = new RoomLog();
  readonly #owner: RoomOwner;
  readonly #members = new Map<string, Member>();
  /** Members who are told who joins and leaves; in most rooms nobody. */
  #watchers: Map<string, Member> | undefined;

  constructor(name: string, owner: RoomOwner) {
    this.name = name;
    this.#owner = owner;
  }

  get size(): number {
    return this.#members.size;
  }

  /** In the order in which they came. */
  get members(): Iterable<Member> {
    return this.#members.values();
  }

  join(member: Member, { last = 0, seen, watches = false }: JoinOptions = {}): void {
    if (this.#members.has(member.id)) return;
    if (this.size === 0) this.#owner.entered(this);
    if (last > 0) member.replay(this.log.after(seen, last));
    this.#members.set(member.id, member);
    if (watches) (this.#watchers ??= new Map()).set(member.id, member);
    this.#notify("join", member.id);
  }

  leave(member: Pick<Member, "id">): void {
    if (!this.#members.delete(member.id)) return;
    this.#watchers?.delete(member.id);
    this.#notify("leave", member.id);
    if (this.size === 0) this.#owner.emptied(this);
  }

  publish(batch: Batch, except?: (id: string) => boolean): number {
    const noted = this.#noted(batch);
    let count = 0;
    for (const [id, member] of this.#members) {
      if (except?.(id)) continue;
      member.deliver(noted);
      count++;
    }
    return count;
  }

  #noted(batch: Batch): Batch {
    const { keeps } = this.#owner;
    if (keeps === 0) return batch;
    // What an empty room holds is counted.
    if (this.size === 0) this.#owner.entered(this);
    const noted = this.log.add(batch, keeps);
    if (this.size === 0) this.#owner.emptied(this);
    return noted;
  }

  #notify(type: "join" | "leave", id: string): void {
    if (!this.#watchers?.size) return;
    const notice = { type, id, room: shownName(this.name), members: this.size };
    const batch = Batch.of(JSON.stringify(notice));
    for (const watcher of this.#watchers.values()) watcher.deliver(batch);
  }
}

/**
 * The name of the room that a client has chosen, which is never that of a path: a path begins with a slash.
 *
 * @param text Any text.
 */
export function chosenName(text: string): string {
  return /^\.?\//.test(text) ? `./${text}` : text;
}

/** A name as clients know it. */
function shownName(name: string): string {
  return name.startsWith("./") ? name.slice(2) : name;
}
