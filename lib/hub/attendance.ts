import { type Change, MAX_IDS, type Presence } from "./presence.ts";

/** Servers whose words about one room are believed: whoever can write to the engine can make up names. */
const MAX_SERVERS = 4_096;

/** Changes that wait for answers. */
const MOST_HELD = 10 * MAX_IDS;

/** Knowledge of who is in a room at one other server. */
interface There {
  version: number;
  members: number;
  watched: boolean;
  /** The ids; undefined where nobody here has asked, or it is too many. */
  ids: Set<string> | undefined;
}

/** The room that an {@linkcode Attendance} is of. */
export interface Attended {
  /** The number of members at this server. */
  readonly here: number;
  /** Whether anybody here is told who joins and leaves. */
  readonly isWatched: boolean;
  /** Tells watchers of somebody who joins or leaves. */
  tell(change: Change, members: number): void;
}

/**
 * Knowledge of who is in a room at the other servers, by their own words.
 *
 * Each says how many are there, so that what was missed is made good by what comes next; who they are, it says only
 * where somebody is told who joins and leaves. Until all have answered the first question, what watchers are to be told
 * waits, so that the numbers in it are right.
 */
export class Attendance {
  readonly #room: Attended;
  readonly #there = new Map<string, There>();
  #others = 0;
  #watchers = 0;
  /** Servers that have not answered yet; undefined where nobody was asked. */
  #asked: Set<string> | undefined;
  /** Whether all have said who is there. */
  #isKnown = false;
  /** Changes that wait for that. */
  #held: Change[] = [];

  constructor(room: Attended) {
    this.#room = room;
  }

  /** The number of members at other servers. */
  get others(): number {
    return this.#others;
  }

  /** Whether anybody at another server is told who joins and leaves. */
  get isWatched(): boolean {
    return this.#watchers > 0;
  }

  /** Whether answers are waited for. */
  get waits(): boolean {
    return this.#asked !== undefined;
  }

  /** Whether it is known who is there at a server. */
  knows(server: string): boolean {
    const there = this.#there.get(server);
    return there?.ids?.size === there?.members;
  }

  /**
   * Has what happens wait for the answers of all these servers, where they have not answered before.
   *
   * @returns Whether it waits now.
   */
  expect(servers: Iterable<string>): boolean {
    if (this.#isKnown) return false;
    this.#asked = new Set(servers);
    this.#release();
    return this.waits;
  }

  /** Waits for no more answers. */
  settle(): void {
    this.#asked?.clear();
    this.#release();
  }

  /** Somebody has joined or left here. */
  changed(change: Change): void {
    this.#tell([change]);
  }

  /**
   * Takes the words of another server.
   *
   * @returns Whether they are news: later than all of its words before.
   */
  take(words: Presence, from: string): boolean {
    const known = this.#there.get(from);
    if (known && words.version <= known.version) return false;
    if (!known && this.#there.size >= MAX_SERVERS) return false;
    const { version, members, watched, changes, ids } = words;
    // Nobody was at a server that was not there before.
    const ids0 = this.#isKnown ? new Set<string>() : undefined;
    const there = known ?? { version, members: 0, watched: false, ids: ids0 };
    this.#others += members - there.members;
    this.#watchers += Number(watched) - Number(there.watched);
    Object.assign(there, { version, members, watched });
    this.#there.set(from, there);
    for (const [sign, id] of changes) {
      if (sign === "-") there.ids?.delete(id);
      else there.ids?.add(id);
    }
    // Names are not told where nobody wants to know them.
    const isSure = this.#room.isWatched || there.ids?.size === members;
    if (!isSure || (there.ids?.size ?? 0) > MAX_IDS) there.ids = undefined;
    if (changes.length > 0) this.#tell(changes);
    // Who says that nobody is there need not say who that was.
    const all = members === 0 ? [] : ids;
    if (all) this.#compare(there, new Set(all));
    // What it said before it was asked is no answer: who leaves there until it knows would leave unnamed.
    const isAnswer = this.knows(from) || members > MAX_IDS;
    if (isAnswer && this.#asked?.delete(from)) this.#release();
    return true;
  }

  /** A server is gone, and all of its members with it. */
  left(server: string): void {
    const there = this.#there.get(server);
    if (there) {
      this.#there.delete(server);
      this.#others -= there.members;
      this.#watchers -= Number(there.watched);
      this.#tell([...there.ids ?? []].map((id) => ["-", id]));
    }
    if (this.#asked?.delete(server)) this.#release();
  }

  /** All servers of whom something is known, and are not among these, are gone. */
  keep(servers: ReadonlySet<string>): void {
    for (const server of [...this.#there.keys()]) if (!servers.has(server)) this.left(server);
  }

  /** Nobody is in the room here any more: nothing is known of the others from now on. */
  clear(): void {
    this.#there.clear();
    this.#others = this.#watchers = 0;
    this.#asked = undefined;
    this.#isKnown = false;
    this.#held = [];
  }

  /** Finds out what has changed at a server that says who is there. */
  #compare(there: There, ids: Set<string>): void {
    const before = there.ids;
    there.ids = ids;
    // Who was there before anybody asked has not just come.
    if (!before) return;
    const gone = [...before.difference(ids)].map((id): Change => ["-", id]);
    const come = [...ids.difference(before)].map((id): Change => ["+", id]);
    this.#tell([...gone, ...come]);
  }

  #tell(changes: readonly Change[]): void {
    if (this.#asked) {
      this.#held.push(...changes);
      // Nobody waits for answers at any price.
      if (this.#held.length > MOST_HELD) this.settle();
      return;
    }
    let members = this.#room.here + this.#others;
    for (const [sign] of changes) members += sign === "+" ? -1 : 1;
    for (const change of changes) {
      members += change[0] === "+" ? 1 : -1;
      this.#room.tell(change, members);
    }
  }

  #release(): void {
    if (!this.#asked || this.#asked.size > 0) return;
    this.#asked = undefined;
    this.#isKnown = true;
    this.#tell(this.#held.splice(0));
  }
}
