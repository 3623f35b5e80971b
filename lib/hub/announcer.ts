import type { Bus } from "../bus/bus.ts";
import { type Change, MAX_IDS, type Presence, writePresence } from "./presence.ts";

// Changes that are kept until they can be told.
const MOST_CHANGES = 10 * MAX_IDS;

/** The room that an {@linkcode Announcer} speaks of. */
export interface Announced {
  readonly topic: string;
  /** The ids of its members here. */
  readonly ids: Iterable<string>;
  /** The number of members at this server. */
  readonly here: number;
  /** Whether anybody here is told who joins and leaves. */
  readonly isWatched: boolean;
}

/** Tells other servers who is in a room at this one. */
export class Announcer {
  readonly #room: Announced;
  readonly #bus: Bus;
  readonly #version: () => number;
  #changes: Change[] = [];
  /** Whether there were more than are kept: then all who are there are told in place of them. */
  #isCutShort = false;
  #missed = 0;

  /** @param version Makes numbers, each higher than that before. */
  constructor(room: Announced, bus: Bus, version: () => number) {
    this.#room = room;
    this.#bus = bus;
    this.#version = version;
  }

  /** Whether there is something to be told. */
  get waits(): boolean {
    return this.#changes.length > 0 || this.#isCutShort || this.#missed > 0;
  }

  /** Notes somebody who has joined or left, for what is told next. */
  changed(change: Change): void {
    // While the engine is away, any number may come and go.
    if (!this.#isCutShort && this.#changes.push(change) > MOST_CHANGES) this.owe();
  }

  /** Has all who are there told next, in place of what has changed. */
  owe(): void {
    this.#changes = [];
    this.#isCutShort = true;
  }

  /** Notes messages that others will not get. */
  missed(count: number): void {
    this.#missed += count;
  }

  /**
   * Tells what has changed.
   *
   * @param isNamed Whether anybody wants to know who it was.
   * @param asks Whether the others are to say who is there with them.
   */
  tell(isNamed: boolean, asks = false): void {
    const changes = isNamed ? this.#changes : [];
    const ids = isNamed && this.#isCutShort ? this.#ids : undefined;
    this.#forgetChanges();
    let members = this.#room.here;
    for (const [sign] of changes) members += sign === "+" ? -1 : 1;
    for (let at = 0; at === 0 || at < changes.length; at += MAX_IDS) {
      const some = changes.slice(at, at + MAX_IDS);
      for (const [sign] of some) members += sign === "+" ? 1 : -1;
      const isLast = at + MAX_IDS >= changes.length;
      const missed = isLast && this.#missed > 0 ? this.#missed : undefined;
      const words = this.#words({ members, changes: some, ids, asks: asks && isLast, missed });
      this.#bus.cast(this.#room.topic, writePresence(words));
    }
    this.#missed = 0;
  }

  /** Asks all servers who is there, and tells them the same of this one. */
  askAll(): void {
    const missed = this.#missed || undefined;
    this.#forgetChanges();
    this.#missed = 0;
    const payload = writePresence(this.#all({ asks: true, missed }));
    // Some that listen may not be known yet; and some that are known do not listen, but answer. None hears it twice: the
    // second time, it is old.
    for (const peer of this.#bus.peers) this.#bus.send(peer, payload.slice());
    this.#bus.cast(this.#room.topic, payload);
  }

  /** The same for some of them. What has changed is to be told before: others do not hear this. */
  ask(...peers: readonly string[]): void {
    const payload = writePresence(this.#all({ asks: true }));
    for (const peer of peers) this.#bus.send(peer, payload.slice());
  }

  /**
   * Answers a server that asks. What has changed is to be told before, so that it is not told that twice.
   *
   * @param isNamed Whether it wants to know who is there.
   */
  answer(peer: string, isNamed: boolean): void {
    const { topic } = this.#room;
    const payload = writePresence(isNamed ? this.#all({}) : this.#words({ topic }));
    if (this.#bus.peers.has(peer)) this.#bus.send(peer, payload);
    else this.#bus.cast(topic, payload);
  }

  /** Words of all who are there, where they are not too many. */
  #all(words: Partial<Presence>): Presence {
    return this.#words({ ...words, topic: this.#room.topic, ids: this.#ids });
  }

  get #ids(): string[] | undefined {
    const { ids, here } = this.#room;
    return here > MAX_IDS ? undefined : [...ids];
  }

  #forgetChanges(): void {
    this.#changes = [];
    this.#isCutShort = false;
  }

  #words(words: Partial<Presence>): Presence {
    const { here, isWatched } = this.#room;
    return {
      version: this.#version(),
      members: here,
      watched: isWatched,
      asks: false,
      changes: [],
      ...words,
    };
  }
}
