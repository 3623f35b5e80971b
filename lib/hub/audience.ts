import { Batch } from "../base/batch.ts";
import type { Member } from "../contract.ts";

/** The members of a room at this server. */
export class Audience {
  readonly name: string;
  readonly #members = new Map<string, Member>();
  /** Members who are told who joins and leaves; in most rooms nobody. */
  #watchers: Map<string, Member> | undefined;

  constructor(name: string) {
    this.name = name;
  }

  /** The number of members at this server. */
  get here(): number {
    return this.#members.size;
  }

  /** In the order in which they came. */
  get members(): Iterable<Member> {
    return this.#members.values();
  }

  /** Whether anybody here is told who joins and leaves. */
  get isWatched(): boolean {
    return this.#watchers !== undefined && this.#watchers.size > 0;
  }

  protected has(id: string): boolean {
    return this.#members.has(id);
  }

  protected add(member: Member): void {
    this.#members.set(member.id, member);
  }

  /** Has a member told who joins and leaves from now on. */
  protected watch(member: Member): void {
    (this.#watchers ??= new Map()).set(member.id, member);
  }

  /** @returns Whether it was a member. */
  protected remove(id: string): boolean {
    this.#watchers?.delete(id);
    return this.#members.delete(id);
  }

  /**
   * Sends messages to all members.
   *
   * @param except The ids of members who do not get them.
   * @returns To how many.
   */
  protected deliver(batch: Batch, except: ReadonlySet<string> | undefined): number {
    let count = 0;
    for (const [id, member] of this.#members) {
      if (except?.has(id)) continue;
      member.deliver(batch);
      count++;
    }
    return count;
  }

  /**
   * Tells watchers of somebody who joins or leaves.
   *
   * @param members The number of members then.
   */
  protected notify(type: "join" | "leave", id: string, members: number): void {
    if (!this.#watchers?.size) return;
    const notice = { type, id, room: shownName(this.name), members };
    const batch = Batch.of(JSON.stringify(notice));
    for (const watcher of this.#watchers.values()) watcher.deliver(batch);
  }
}

/** A name as clients know it. */
function shownName(name: string): string {
  return name.startsWith("./") ? name.slice(2) : name;
}
