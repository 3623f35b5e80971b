import { Announcer } from "./announcer.ts";
import { Attendance } from "./attendance.ts";
import { type Change, MAX_IDS, type Presence } from "./presence.ts";
import type { Awaiting, RoomPlace } from "./room_place.ts";

/** The room that a {@linkcode RoomPresence} is of. */
export interface Present extends Awaiting {
  readonly topic: string;
  /** The ids of its members here. */
  readonly ids: Iterable<string>;
  /** The number of members at this server. */
  readonly here: number;
  /** Whether anybody here is told who joins and leaves. */
  readonly isWatched: boolean;
  /** Whether others are heard, because the subscription has begun. */
  readonly isJoined: boolean;
  /** Tells watchers of somebody who joins or leaves. */
  tell(change: Change, members: number): void;
}

/**
 * Presence of a room: who is there at other servers, and what they are told of those here.
 *
 * While much waits for the engine, others are told nothing: what has changed meanwhile is told together when less does.
 */
export class RoomPresence {
  readonly #room: Present;
  readonly #place: RoomPlace;
  readonly #attendance: Attendance;
  readonly #announcer: Announcer;
  /** Whether all are to be asked who is there, as soon as they can be. */
  #asksLater = false;

  constructor(room: Present, place: RoomPlace) {
    this.#room = room;
    this.#place = place;
    this.#attendance = new Attendance(room);
    this.#announcer = new Announcer(room, place.bus, () => place.nextVersion());
  }

  /** The number of members at other servers. */
  get others(): number {
    return this.#attendance.others;
  }

  /** Somebody has joined or left here. */
  changed(change: Change): void {
    this.#attendance.changed(change);
    this.#announcer.changed(change);
    this.#place.announce(this.#room, this.#isTold);
  }

  /** Has what happens wait until the other servers have said who is there. */
  expect(): void {
    const { bus, isAway } = this.#place;
    if (this.#attendance.expect(isAway ? [] : bus.peers)) this.#place.settle(this.#room);
  }

  /** Does not wait any more for others to say who is there. */
  settle(): void {
    this.#attendance.settle();
  }

  /** Tells others what has changed. */
  announce(): void {
    if (this.#place.isAway) return;
    if (this.#asksLater) return this.askAll();
    if (!this.#announcer.waits) return;
    if (this.#place.isFull) this.#place.announce(this.#room, true);
    else this.#announcer.tell(this.#isTold);
  }

  /** The same, before something is said by somebody of whom they have not heard. */
  announceBefore(): void {
    if (this.#announcer.waits && this.#isTold) this.announce();
  }

  /** Asks the other servers who is there, and says who is here. */
  askAll(): void {
    this.#asksLater = this.#place.isFull;
    if (this.#asksLater) this.#place.announce(this.#room, true);
    else if (this.#room.isWatched) this.#announcer.askAll();
    else this.#announcer.tell(true, true);
  }

  /** Asks one of them. */
  ask(server: string): void {
    if (this.#place.isFull) return this.askAll();
    this.announce();
    this.#announcer.ask(server);
  }

  /**
   * Takes words of another server.
   *
   * @returns Messages that are missing here, as it says.
   */
  hear(words: Presence, from: string): number {
    // What comes late of a server that is gone would be believed for good.
    if (this.#place.isGone(from) || !this.#attendance.take(words, from)) return 0;
    // Who watches waits for the answer of everybody.
    if (words.asks && (this.#room.here > 0 || words.watched)) this.#answer(words, from);
    const isUnknown = words.members <= MAX_IDS && !this.#attendance.knows(from);
    if (this.#room.isWatched && isUnknown) this.ask(from);
    return words.missed ?? 0;
  }

  /** Has others told that they miss messages. */
  missed(count: number): void {
    this.#announcer.missed(count);
    this.#place.announce(this.#room, true);
  }

  /** A server is gone. */
  left(server: string): void {
    this.#attendance.left(server);
  }

  /** Only these servers are there. */
  keep(servers: ReadonlySet<string>): void {
    this.#attendance.keep(servers);
  }

  /** Nobody is in the room here any more: nothing is known of the others from now on. */
  end(): void {
    this.#asksLater = false;
    this.announce();
    // While it waits for its turn, it needs no names: nobody is here.
    if (this.#announcer.waits) this.#announcer.owe();
    this.#attendance.clear();
  }

  /** Whether anybody wants to know who joins and leaves. */
  get #isTold(): boolean {
    return this.#room.isWatched || this.#attendance.isWatched;
  }

  #answer({ watched }: Presence, from: string): void {
    if (this.#place.isFull) {
      // What all are told is an answer as well.
      this.#announcer.owe();
      this.#place.announce(this.#room, true);
    } else {
      this.announce();
      this.#announcer.answer(from, watched);
    }
  }
}
