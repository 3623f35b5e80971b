import { BusError, messageOf } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import type { Mark } from "../../base/mark.ts";
import type { Channel } from "../bus.ts";
import type { Claimant, Claims } from "./claims.ts";
import { ID_LENGTH, NO_LOG, RECORD, VERSION } from "./record.ts";
import { RecordReader } from "./record_reader.ts";
import { RecordWriter } from "./record_writer.ts";
import type { Seat, SeatOwner } from "./seat.ts";
import { Seats } from "./seats.ts";
import { Taken } from "./taken.ts";
import type { Topic } from "./topic.ts";
import type { Topics } from "./topics.ts";

// Messages in one payload: with more, the numbers of a topic would come to an end, for all who listen to it.
const MOST_MESSAGES = 2 ** 24;

/** The rest of the engine, as one of its servers sees it. */
export interface MemberPlace {
  readonly topics: Topics;
  readonly claims: Claims;
  readonly log: Log;
  /** Bytes that may wait for a server before it misses what is said. */
  readonly maxQueue: number;
  /** Takes it in under the name that it has said; answers with what was taken of it before. */
  entered(member: Member): Taken;
  /** Finds another server. */
  find(name: string): Member | undefined;
  /** Messages were left out for it. */
  missed(count: number): void;
}

/** One server at the engine of the local bus. */
export class Member implements Claimant, SeatOwner {
  readonly writer: RecordWriter;
  /** How a person knows it. */
  readonly label: string;
  readonly #channel: Channel;
  readonly #place: MemberPlace;
  readonly #seats: Seats;
  /** Peers of which something was left out. */
  readonly #broken = new Set<string>();
  #name = "";
  #taken = new Taken();
  #isDraining = false;
  /** Whether it says goodbye, so that nothing of it has to be remembered. */
  #isLeaving = false;
  #isGone = false;

  constructor(channel: Channel, label: string, place: MemberPlace) {
    this.#channel = channel;
    this.writer = new RecordWriter(channel);
    this.label = label;
    this.#place = place;
    this.#seats = new Seats(this, place.topics);
  }

  /** The name of the server; empty before it has said it. */
  get name(): string {
    return this.#name;
  }

  /** The record of what was taken of it, where it may come back. */
  get taken(): Taken | undefined {
    return this.#isLeaving ? undefined : this.#taken;
  }

  get isFull(): boolean {
    return this.writer.bufferedAmount > this.#place.maxQueue;
  }

  /** Takes a frame of it. Never throws: a frame that cannot be read ends the connection. */
  take(frame: Uint8Array): void {
    if (this.#isGone) return;
    try {
      // What it is owed for what it has asked: it asks, and does not read.
      if (this.writer.bufferedAmount > 4 * this.#place.maxQueue) {
        throw new BusError(`It does not read: ${this.writer.bufferedAmount} bytes wait for it`);
      }
      const reader = new RecordReader(frame);
      for (let kind; (kind = reader.next()) !== undefined;) this.#act(kind, reader);
    } catch (error) {
      this.#place.log.error("server", `Ends the bus of ${this.label}: ${messageOf(error)}`);
      this.#isGone = true;
      this.#channel.close();
    }
  }

  /** Leaves everything: it is there no more. */
  leave(): void {
    this.#isGone = true;
    this.#seats.leave();
    this.#place.claims.leave(this);
  }

  /** Ends its connection. */
  close(): void {
    this.#channel.close();
  }

  /** Another server is there. */
  joined(peer: string): void {
    this.writer.begin(RECORD.joined, ID_LENGTH).id(peer);
  }

  /** Another server is there no more. */
  left(peer: string): void {
    this.#broken.delete(peer);
    this.writer.begin(RECORD.left, ID_LENGTH).id(peer);
  }

  over(fence: number): void {
    this.writer.begin(RECORD.over, 8).number(fence);
  }

  fellBehind(seat: Seat, topic: Topic): void {
    this.#seats.fellBehind(seat, topic);
    this.#catchUpLater();
  }

  missed(count: number): void {
    this.#place.missed(count);
  }

  /** Gives it what another server sends; where too much waits, that one leaves and comes again for it. */
  receive(from: string, payload: Uint8Array): void {
    if (this.#broken.has(from) || this.writer.bufferedAmount > 2 * this.#place.maxQueue) {
      this.#broken.add(from);
      this.missed(1);
      return this.#catchUpLater();
    }
    this.writer.begin(RECORD.received, ID_LENGTH + payload.length).id(from).bytes(payload);
  }

  #catchUpLater(): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    this.#channel.drained(this.#place.maxQueue / 2).then(() => {
      this.#isDraining = false;
      if (!this.#isGone) this.#catchUp();
    });
  }

  #catchUp(): void {
    for (const peer of this.#broken) {
      this.left(peer);
      this.joined(peer);
    }
    this.#seats.catchUp();
  }

  #act(kind: number, reader: RecordReader): void {
    if ((kind === RECORD.hello) !== (this.#name === "")) {
      throw new BusError(`Cannot act on record ${kind}: hello comes first, and once`);
    }
    switch (kind) {
      case RECORD.hello:
        return this.#hello(reader.u16(), reader.id());
      case RECORD.publish:
        return this.#publish(reader);
      case RECORD.cast:
        return this.#cast(reader);
      case RECORD.send:
        return this.#send(reader.id(), reader.rest());
      case RECORD.subscribe:
        return this.#seats.subscribe(reader);
      case RECORD.resubscribe:
        return this.#seats.resubscribe(reader);
      case RECORD.unsubscribe:
        return this.#seats.unsubscribe(reader.u32());
      case RECORD.claim:
        return this.#claim(reader.u32(), reader.name());
      case RECORD.release:
        return this.#place.claims.release(reader.number(), this);
      case RECORD.goodbye:
        this.#isLeaving = true;
        return this.#channel.close();
      default:
        throw new BusError(`Cannot act on record ${kind}: there is no such kind`);
    }
  }

  #hello(version: number, name: string): void {
    if (version !== VERSION) {
      const versions = `it speaks version ${version} of the bus, and this one ${VERSION}`;
      throw new BusError(`Cannot join it: ${versions}, so that all have to be started anew`);
    }
    this.#name = name;
    this.writer.begin(RECORD.welcome, 0);
    this.#taken = this.#place.entered(this);
  }

  #publish(reader: RecordReader): void {
    const number = reader.number(1);
    this.#taken.forget(reader.number());
    const [count, keep] = [reader.number(1, MOST_MESSAGES), reader.number()];
    const topic = this.#seats.topicOf(reader);
    const payload = reader.rest();
    let mark: Mark | undefined;
    if (this.#taken.has(number)) mark = this.#taken.markOf(number);
    else {
      // It is kept: in a frame with others, it would keep these.
      const own = 2 * payload.length > payload.buffer.byteLength ? payload : payload.slice();
      mark = this.#place.topics.publish(topic, this.#name, own, { count, keep }).mark;
      this.#taken.add(number, mark);
    }
    this.writer.begin(RECORD.placed, 16 + ID_LENGTH)
      .number(number).number(mark?.number ?? 0).id(mark?.log ?? NO_LOG);
  }

  #send(peer: string, payload: Uint8Array): void {
    this.#place.find(peer)?.receive(this.#name, payload);
  }

  #cast(reader: RecordReader): void {
    const topic = this.#seats.topicOf(reader);
    const payload = reader.rest();
    const found = typeof topic === "string" ? this.#place.topics.find(topic) : topic;
    for (const listener of found?.listeners ?? []) listener.cast(payload, this.#name);
  }

  #claim(ask: number, name: string): void {
    const holding = this.#place.claims.claim(name, this);
    if (!holding) this.writer.begin(RECORD.refused, 4).u32(ask);
    else {
      this.writer.begin(RECORD.claimed, 12 + ID_LENGTH)
        .u32(ask).number(holding.fence).id(holding.holder.name);
    }
  }
}
