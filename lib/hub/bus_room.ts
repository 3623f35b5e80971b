import type { Batch } from "../base/batch.ts";
import type { Entry, Subscriber } from "../bus/bus.ts";
import type { JoinOptions, Mark, Member, Publisher, Room } from "../contract.ts";
import { Audience } from "./audience.ts";
import { type HeardBefore, Newcomers, pastOf } from "./newcomers.ts";
import { Outgoing } from "./outgoing.ts";
import { type Change, type Presence, readPresence } from "./presence.ts";
import { type Brought, readEntry } from "./read_entry.ts";
import { RoomLog } from "./room_log.ts";
import type { RoomPlace } from "./room_place.ts";
import { RoomPresence } from "./room_presence.ts";
import type { RoomOwner } from "./space.ts";

/**
 * A room whose members are at several servers. Whatever is said goes to the engine, and comes back to all in its order
 * and with its numbers.
 *
 * While the engine brings nothing, members here get what is said here at once, and not again when it comes back.
 */
export class BusRoom extends Audience implements Room {
  readonly topic: string;
  readonly log = new RoomLog();
  /** The round of its hub in which the last one has left it here. */
  emptyRound = 0;
  readonly #owner: RoomOwner<BusRoom>;
  readonly #place: RoomPlace;
  readonly #outgoing: Outgoing;
  readonly #newcomers = new Newcomers();
  /** Members who watch as soon as they were told of themselves, which is to come first. */
  readonly #unnamed = new Map<string, Member>();
  readonly #presence: RoomPresence;
  #subscription: Disposable | undefined;
  /** Whether the subscription has begun. */
  #isJoined = false;

  constructor(name: string, topic: string, owner: RoomOwner<BusRoom>, place: RoomPlace) {
    super(name);
    this.topic = topic;
    this.#owner = owner;
    this.#place = place;
    this.#outgoing = new Outgoing(this, place);
    this.#presence = new RoomPresence(this, place);
  }

  get size(): number {
    return this.here + this.#presence.others;
  }

  /** The engine goes on to bring what is said. */
  get remembers(): boolean {
    return this.#subscription !== undefined;
  }

  override get isWatched(): boolean {
    return super.isWatched || this.#unnamed.size > 0;
  }

  get keeps(): number {
    return this.#owner.keeps;
  }

  get isHeard(): boolean {
    return this.here > 0;
  }

  get isJoined(): boolean {
    return this.#isJoined;
  }

  get isAlone(): boolean {
    return this.#place.isAway || !this.#isJoined;
  }

  get ids(): Iterable<string> {
    return Iterator.from(this.members).map(({ id }) => id);
  }

  join(member: Member, options: JoinOptions = {}): void {
    if (this.has(member.id)) return;
    const wasWatched = this.isWatched;
    if (this.here === 0) this.#owner.entered(this);
    if (!this.#subscription) this.#subscribe();
    if (this.#isJoined) bring(member, pastOf(this.log, options));
    if (!this.#isJoined || this.#outgoing.flights.heard > 0) {
      const since = this.#outgoing.waits ? undefined : this.#place.lastNumber;
      this.#newcomers.add(member, options, since);
    }
    this.add(member);
    if (options.watches) this.#unnamed.set(member.id, member);
    const asks = this.isWatched && !wasWatched;
    // It is told of itself with the number of all who are there.
    if (asks) this.#presence.expect();
    this.#presence.changed(["+", member.id]);
    if (asks && this.#isJoined) this.#presence.askAll();
    if (this.isAlone && !this.#outgoing.waits) member.apart?.();
  }

  leave({ id }: Pick<Member, "id">): void {
    if (!this.remove(id)) return;
    this.#newcomers.delete(id);
    this.#unnamed.delete(id);
    this.#presence.changed(["-", id]);
    if (this.here === 0) this.#owner.emptied(this);
  }

  publish(batch: Batch, except?: ReadonlySet<string>, by?: Publisher): number {
    let count = this.size;
    for (const id of except ?? []) if (this.has(id)) count--;
    // Who has joined before is not to be heard before that is told.
    this.#presence.announceBefore();
    this.#outgoing.say(batch, except, by);
    return count;
  }

  /** Tells others what has changed. */
  announce(): void {
    this.#presence.announce();
  }

  /** The engine is away: members get what was said here, and what is. */
  away(): void {
    if (this.#outgoing.waits) this.beginAlone();
    else this.#apart();
    this.#outgoing.hear();
  }

  /** The engine is there again, and these other servers. */
  back(servers: ReadonlySet<string>): void {
    this.#presence.keep(servers);
    if (this.#isJoined) this.#presence.askAll();
  }

  /** Another server is gone. */
  left(server: string): void {
    this.#presence.left(server);
  }

  /** Another server that was said to be gone is there. */
  returned(server: string): void {
    if (this.#isJoined && this.here > 0) this.#presence.ask(server);
  }

  /** Does not wait for the engine any more: what was said before comes when it comes. */
  beginAlone(): void {
    if (!this.#outgoing.waits) return;
    this.#apart();
    this.#newcomers.beginAlone(this.#place.lastNumber);
    this.#outgoing.begin();
  }

  /** Does not wait any more for others to say who is there. */
  settle(): void {
    this.#presence.settle();
  }

  /** Takes words of another server about who is there. */
  hear(words: Presence, from: string): void {
    const missed = this.#presence.hear(words, from);
    if (missed > 0) this.#missed(missed);
  }

  /** Nobody is in it: what is said is not brought any more. */
  end(): void {
    this.#presence.end();
    this.#subscription?.[Symbol.dispose]();
    this.#subscription = undefined;
    this.#isJoined = false;
    this.#outgoing.end();
    this.#newcomers.clear();
    // What it has may be old when somebody comes again.
    this.log.trim(0);
  }

  /** Has watchers here told of somebody who joins or leaves. */
  tell([sign, id]: Change, members: number): void {
    const unnamed = sign === "+" ? this.#unnamed.get(id) : undefined;
    if (unnamed) this.watch(unnamed);
    this.#unnamed.delete(id);
    this.notify(sign === "+" ? "join" : "leave", id, members);
  }

  deliverAlone(batch: Batch, except: ReadonlySet<string> | undefined): void {
    this.deliver(batch, except);
  }

  fallen(count: number): void {
    this.#place.note("unsaid", this.topic, count);
    this.#forgetNewcomers();
    this.#presence.missed(count);
  }

  #subscribe(): void {
    const { bus, isAway } = this.#place;
    if (!isAway) {
      this.#outgoing.wait();
      this.#place.expect(this);
    }
    const subscriber: Subscriber = {
      began: (past, next) => this.#began(past, next),
      entry: (entry) => this.#take(entry),
      cast: (payload, from) => this.#heard(payload, from),
      lost: (count) => this.#lost(count),
    };
    this.#subscription = bus.subscribe(this.topic, subscriber, { last: this.keeps });
  }

  #began(past: readonly Entry[], next: Mark): void {
    const heard: HeardBefore[] = [];
    this.#isJoined = true;
    for (const entry of past) {
      const brought = this.#read(entry);
      if (!brought) continue;
      const { batch, flight } = brought;
      this.#noted(batch, entry.mark);
      if (flight?.heard) heard.push({ flight, mark: entry.mark });
    }
    if (this.keeps === 0) this.log.begin(next);
    else this.log.reach(next);
    this.#newcomers.begin(this.log, heard);
    this.#forgetNewcomers();
    this.#outgoing.begin();
    this.#presence.askAll();
  }

  #take(entry: Entry): void {
    const brought = this.#read(entry);
    if (!brought) return;
    const { batch, except, flight } = brought;
    const noted = this.#noted(batch, entry.mark);
    if (!flight?.heard) return void this.deliver(noted, except);
    this.#newcomers.landed(flight, noted);
    this.#forgetNewcomers();
  }

  /** Forgets who came while something was under way that only others have, when that has come. */
  #forgetNewcomers(): void {
    if (this.#isJoined && this.#outgoing.flights.heard === 0) this.#newcomers.clear();
  }

  #read(entry: Entry): Brought | undefined {
    const brought = readEntry(entry, this.#place.bus.self, this.#outgoing.flights);
    if (!brought) this.#place.note("foreign", this.topic, 1);
    return brought;
  }

  #noted(batch: Batch, mark: Mark): Batch {
    return this.keeps > 0 ? this.log.note(batch, mark, this.keeps) : batch;
  }

  #heard(payload: Uint8Array, from: string): void {
    const words = readPresence(payload);
    if (words) this.hear(words, from);
    else this.#place.note("foreign", this.topic, 1);
  }

  #lost(count: number | undefined): void {
    this.#place.note("lost", this.topic, count);
    // What comes then does not follow on it.
    this.log.trim(0);
    this.#missed(count);
  }

  #missed(count: number | undefined): void {
    for (const member of [...this.members]) member.missed?.(count);
  }

  /** Before members get anything that others do not: whoever is closed for it gets nothing in another order than all. */
  #apart(): void {
    for (const member of [...this.members]) member.apart?.();
  }
}

function bring(member: Member, past: readonly Batch[]): void {
  if (past.length > 0) member.replay(past);
}
