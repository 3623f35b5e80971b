import { HIGH_WATER_MARK } from "../base/limits.ts";
import { Log } from "../base/log.ts";
import { logThrown } from "../base/log_thrown.ts";
import { type Meter, NO_METER } from "../base/meter.ts";
import type { Bus } from "../bus/bus.ts";
import type { Hub } from "../contract.ts";
import { Alarms } from "./alarms.ts";
import { BusRoom } from "./bus_room.ts";
import { EmptyRooms } from "./empty_rooms.ts";
import { Gathering } from "./gathering.ts";
import { Mishaps } from "./mishaps.ts";
import { readPresence, writePresence } from "./presence.ts";
import type { Awaiting, Mishap, RoomPlace } from "./room_place.ts";
import { Space } from "./space.ts";
import { topicOf } from "./topic_of.ts";

/** Milliseconds that those who come may wait for the engine to bring what was said before. */
const BEGIN_TIME = 3_000;

/** Milliseconds that other servers have to say who is in a room. */
const ANSWER_TIME = 1_000;

/** Milliseconds in which others are told who joins and leaves: together, where many do. */
const SOON = 20;

/** The same where nobody wants to know who it was. */
const LATER = 1_000;

/**
 * Milliseconds that a room is listened to when nobody is in it any more, at least, and at most twice as long: a page that
 * is loaded again comes back.
 */
const LINGER = 5_000;

/** Servers and rooms that are remembered until they can be told something. */
const MAX_OWED = 10_000;

/** All rooms of a server that has others beside it. */
export class BusHub implements Hub, RoomPlace, Disposable {
  readonly bus: Bus;
  readonly isShared = true;
  readonly #log = new Log();
  readonly #spaces = new Map<string, Space<BusRoom>>();
  /** Rooms that are listened to, by their topics. */
  readonly #rooms = new Map<string, BusRoom>();
  readonly #empty = new EmptyRooms<BusRoom>();
  readonly #mishaps: Mishaps;
  readonly #watch: Disposable;
  readonly #soon = new Gathering<Awaiting>(SOON, (room) => room.announce());
  readonly #later = new Gathering<Awaiting>(LATER, (room) => room.announce());
  readonly #expected = new Alarms<Awaiting>(BEGIN_TIME, (room) => room.beginAlone());
  readonly #asking = new Alarms<Awaiting>(ANSWER_TIME, (room) => room.settle());
  readonly #lingering = new Alarms<undefined>(LINGER, () => this.#dropEmpty());
  /** Servers that were said to be gone. */
  readonly #gone = new Set<string>();
  /** Rooms that have something to tell when the engine is there again, and takes it. */
  readonly #owed = new Set<Awaiting>();
  /**
   * Rooms of these that nobody is in any more, by their topics. Whoever comes comes to the same one: of two, the old one
   * would say last that nobody is there.
   */
  readonly #leaving = new Map<string, BusRoom>();
  /** Whether there are more of those that owe something, of which no list is kept. */
  #owesAll = false;
  /** Whether it is waited for that. */
  #waits = false;
  #isOver = false;
  #isAway: boolean;
  #awaySince = performance.now();
  /** Another one whenever empty rooms are looked for. */
  #round = 0;
  #lastNumber = 0;
  #lastVersion = 0;

  /** @param meter Counts what goes wrong between servers; default: nobody does. */
  constructor(bus: Bus, meter: Pick<Meter, "strayed"> = NO_METER) {
    this.bus = bus;
    this.#mishaps = new Mishaps(this.#log, meter);
    this.#isAway = bus.isAway;
    this.#watch = bus.watch({
      away: (why) => this.#left(why),
      back: () => this.#back(),
      left: (peer) => this.#peerLeft(peer),
      joined: (peer) => this.#peerJoined(peer),
      received: (payload, from) => this.#received(payload, from),
    });
  }

  get isAway(): boolean {
    return this.#isAway;
  }

  get isFull(): boolean {
    return this.bus.bufferedAmount > HIGH_WATER_MARK;
  }

  get lastNumber(): number {
    return this.#lastNumber;
  }

  /** Messages that went wrong between servers, by what has happened to them. */
  get mishaps(): Readonly<Record<Mishap, number>> {
    return this.#mishaps.counts;
  }

  room(name: string): BusRoom {
    return this.space().room(name);
  }

  space(name = ""): Space<BusRoom> {
    let space = this.#spaces.get(name);
    if (!space) {
      const made: Space<BusRoom> = space = new Space({
        make: (room, owner) => {
          const topic = topicOf(name, room);
          return this.#leaving.get(topic) ?? new BusRoom(room, topic, owner, this);
        },
        entered: (room) => this.#entered(room),
        emptied: (room) => this.#emptied(room, made),
      });
      this.#spaces.set(name, made);
    }
    return space;
  }

  isGone(server: string): boolean {
    return this.#gone.has(server);
  }

  nextNumber(): number {
    return ++this.#lastNumber;
  }

  nextVersion(): number {
    return ++this.#lastVersion;
  }

  announce(room: Awaiting, isUrgent: boolean): void {
    if (!this.#isAway && !this.isFull) (isUrgent ? this.#soon : this.#later).add(room);
    else if (this.#owed.size < MAX_OWED) this.#owed.add(room);
    else this.#owesAll = true;
    if (this.#owed.size > 0 && !this.#isAway) this.#payLater();
  }

  expect(room: Awaiting): void {
    this.#expected.set(room);
  }

  settle(room: Awaiting): void {
    this.#asking.set(room);
  }

  note(what: Mishap, topic: string, count: number | undefined): void {
    this.#mishaps.note(what, topic, count);
  }

  /** Listens to nothing any more; the bus stays as it is. */
  [Symbol.dispose](): void {
    this.#isOver = true;
    for (const room of this.#rooms.values()) room.end();
    this.#rooms.clear();
    this.#owed.clear();
    this.#leaving.clear();
    this.#watch[Symbol.dispose]();
    const waiting = [this.#soon, this.#later, this.#expected, this.#asking, this.#lingering];
    for (const each of waiting) each[Symbol.dispose]();
  }

  #entered(room: BusRoom): void {
    this.#empty.forget(room);
    this.#leaving.delete(room.topic);
    this.#rooms.set(room.topic, room);
  }

  #emptied(room: BusRoom, space: Space<BusRoom>): void {
    room.emptyRound = this.#round;
    this.#lingering.set(undefined);
    this.#empty.keep(room, () => {
      room.end();
      this.#rooms.delete(room.topic);
      if (this.#owed.has(room)) this.#leaving.set(room.topic, room);
      space.drop(room);
    });
  }

  #dropEmpty(): void {
    while ((this.#empty.oldest?.emptyRound ?? Infinity) < this.#round) this.#empty.dropOldest();
    this.#round++;
    if (this.#empty.oldest) this.#lingering.set(undefined);
  }

  #left(why: string): void {
    if (this.#isAway) return;
    this.#isAway = true;
    this.#awaySince = performance.now();
    this.#log.together("info", "server", `Rooms go on without other servers (${why})`);
    for (const room of [...this.#rooms.values()]) room.away();
  }

  #back(): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    const seconds = Math.round((performance.now() - this.#awaySince) / 1_000);
    this.#log.together(
      "info",
      "server",
      `Rooms are joined with other servers again, after ${seconds} s`,
    );
    for (const room of [...this.#rooms.values()]) room.back(this.bus.peers);
    this.#pay();
  }

  async #payLater(): Promise<void> {
    if (this.#waits) return;
    this.#waits = true;
    try {
      await this.bus.drained(HIGH_WATER_MARK / 2);
    } catch (error) {
      // A bus of somebody's own may: then the next change tells it.
      logThrown(this.#log, "server", "The bus does not say what waits", error);
      return;
    } finally {
      this.#waits = false;
    }
    if (!this.#isOver && !this.#isAway) this.#pay();
  }

  /** Has those tell what they have to, as long as the engine takes it: the rest is owed again. */
  #pay(): void {
    const owed = new Set(this.#owed);
    if (this.#owesAll) { for (const room of this.#rooms.values()) owed.add(room); }
    this.#owesAll = false;
    this.#owed.clear();
    for (const room of owed) room.announce();
    for (const [topic, room] of this.#leaving) {
      if (!this.#owed.has(room)) this.#leaving.delete(topic);
    }
  }

  #peerLeft(peer: string): void {
    this.#gone.add(peer);
    // Each server has another name at each start: those that left first do not come back.
    for (const first of this.#gone) {
      if (this.#gone.size <= MAX_OWED) break;
      this.#gone.delete(first);
    }
    for (const room of [...this.#rooms.values()]) room.left(peer);
  }

  #peerJoined(peer: string): void {
    // One that has just started says itself what there is to say.
    if (!this.#gone.delete(peer)) return;
    for (const room of this.#rooms.values()) room.returned(peer);
  }

  #received(payload: Uint8Array, from: string): void {
    // Others of this server hear it, too, and some of it is for them.
    const words = readPresence(payload);
    if (words?.topic === undefined) return;
    const { topic, asks, watched } = words;
    const room = this.#rooms.get(topic);
    if (room) return room.hear(words, from);
    // Who waits for an answer takes none for nobody.
    if (!asks || !watched || this.isFull) return;
    const nobody = { version: this.nextVersion(), members: 0, watched: false, asks: false };
    this.bus.send(from, writePresence({ ...nobody, changes: [], topic }));
  }
}
