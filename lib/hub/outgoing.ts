import type { Batch } from "../base/batch.ts";
import { HIGH_WATER_MARK, MAX_BUS_QUEUE } from "../base/limits.ts";
import {
  MAX_ENVELOPE,
  MAX_ENVELOPE_IDS,
  MAX_ENVELOPE_MESSAGES,
  writeEnvelope,
} from "../bus/envelope.ts";
import type { Publisher } from "../contract.ts";
import { type Flight, Flights } from "./flights.ts";
import type { RoomPlace } from "./room_place.ts";

/** The room that an {@linkcode Outgoing} is of. */
export interface Speaking {
  readonly topic: string;
  /** How many of its last messages are kept. */
  readonly keeps: number;
  /** Whether members here get what the engine brings. */
  readonly isHeard: boolean;
  /** Whether members here get what is said here at once, because the engine brings nothing. */
  readonly isAlone: boolean;
  /** Gives messages to members here, without a number. */
  deliverAlone(batch: Batch, except: ReadonlySet<string> | undefined): void;
  /** So many messages could not be told the others. */
  fallen(count: number): void;
}

interface Said {
  readonly batch: Batch;
  readonly except: ReadonlySet<string> | undefined;
}

/** Messages that are said in a room here, on their way to the engine. */
export class Outgoing {
  /** Messages that have not come back. */
  readonly flights = new Flights();
  readonly #room: Speaking;
  readonly #place: RoomPlace;
  /** Messages that wait until the subscription has begun, so that they come back to who has said them. */
  #waiting: Said[] | undefined;
  #bytes = 0;
  #begun = Promise.withResolvers<void>();

  constructor(room: Speaking, place: RoomPlace) {
    this.#room = room;
    this.#place = place;
  }

  /** Whether it waits for the subscription. */
  get waits(): boolean {
    return this.#waiting !== undefined;
  }

  /** Has what is said wait, until `begin`. */
  wait(): void {
    this.#waiting ??= [];
    this.#begun = Promise.withResolvers();
  }

  /** Lets go what waits. */
  begin(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    this.#bytes = 0;
    for (const { batch, except } of waiting) this.#send(batch, except);
    this.#begun.resolve();
  }

  /** Says something, in as many parts as it needs. */
  say(batch: Batch, except: ReadonlySet<string> | undefined, by: Publisher | undefined): void {
    if ((except?.size ?? 0) > MAX_ENVELOPE_IDS) return this.#room.fallen(batch.size);
    const { bus, isAway } = this.#place;
    for (const part of partsOf(batch)) {
      if (part.length > MAX_ENVELOPE) this.#room.fallen(part.size);
      else if (this.#waiting) this.#hold(this.#waiting, { batch: part, except }, by);
      else this.#send(part, except);
    }
    // While it is away it takes nothing, and nobody here is to wait for it.
    if (bus.bufferedAmount > HIGH_WATER_MARK && !isAway) by?.hold(bus.drained(HIGH_WATER_MARK / 2));
  }

  /** Gives members here what is on its way and will take long to come back. */
  hear(): void {
    for (const { batch, except } of this.flights.unheard()) this.#room.deliverAlone(batch, except);
  }

  /** Nobody is there to whom it could come back. */
  end(): void {
    this.begin();
    this.flights.clear();
  }

  #hold(waiting: Said[], said: Said, by: Publisher | undefined): void {
    const { batch } = said;
    if (this.#bytes + batch.length > MAX_BUS_QUEUE) return this.#room.fallen(batch.size);
    waiting.push({ ...said, batch: batch.keep() });
    this.#bytes += batch.length;
    if (this.#bytes > HIGH_WATER_MARK) by?.hold(this.#begun.promise);
  }

  #send(batch: Batch, except: ReadonlySet<string> | undefined): void {
    const { bus } = this.#place;
    const { topic, keeps, isHeard, isAlone } = this.#room;
    const number = this.#place.nextNumber();
    const payload = writeEnvelope({ number, except, batch });
    if (isHeard) this.flights.add({ number, batch: batch.keep(), except, heard: isAlone });
    if (isHeard && isAlone) this.#room.deliverAlone(batch, except);
    const dropped = () => this.#dropped(number, batch.size);
    // It never rejects; but people bring buses of their own.
    bus.publish(topic, payload, { count: batch.size, keep: keeps })
      .then((mark) => mark || dropped(), dropped);
  }

  #dropped(number: number, count: number): void {
    const flight: Flight | undefined = this.flights.fallen(number);
    if (flight && !flight.heard) this.#room.deliverAlone(flight.batch, flight.except);
    this.#room.fallen(count);
  }
}

/** A batch in parts, each of which an envelope takes, as far as single messages are not too large. */
function* partsOf(batch: Batch): Iterable<Batch> {
  if (batch.size <= MAX_ENVELOPE_MESSAGES && batch.length <= MAX_ENVELOPE / 3) return yield batch;
  // Its text may be longer in UTF-8.
  void batch.bytes;
  let start = 0;
  let length = 0;
  for (let index = 0; index < batch.size; index++) {
    const next = batch.lengthAt(index);
    const fits = length + next <= MAX_ENVELOPE && index - start < MAX_ENVELOPE_MESSAGES;
    if (!fits && index > start) {
      yield batch.slice(start, index);
      [start, length] = [index, 0];
    }
    length += next;
  }
  yield batch.slice(start);
}
