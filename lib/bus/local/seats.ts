import { BusError } from "../../base/errors.ts";
import { ID_LENGTH, RECORD } from "./record.ts";
import type { RecordReader } from "./record_reader.ts";
import { Seat, type SeatOwner } from "./seat.ts";
import type { Topic } from "./topic.ts";
import type { Topics } from "./topics.ts";

/** The subscriptions of one server, by the numbers that it has given them. */
export class Seats {
  readonly #owner: SeatOwner;
  readonly #topics: Topics;
  readonly #seats = new Map<number, { readonly seat: Seat; readonly topic: Topic }>();
  /** Seats that are behind, and where. */
  readonly #behind = new Map<Seat, Topic>();

  constructor(owner: SeatOwner, topics: Topics) {
    this.#owner = owner;
    this.#topics = topics;
  }

  /** Ends all of them. */
  leave(): void {
    for (const { seat, topic } of this.#seats.values()) this.#topics.leave(topic, seat);
    this.#seats.clear();
    this.#behind.clear();
  }

  /** Notes one that cannot be brought everything now. */
  fellBehind(seat: Seat, topic: Topic): void {
    this.#behind.set(seat, topic);
  }

  /** Brings those that are behind what they have not got. */
  catchUp(): void {
    const behind = [...this.#behind];
    this.#behind.clear();
    for (const [seat, topic] of behind) seat.catchUp(topic);
  }

  /** Acts on a record: begins a subscription, or brings its past once more. */
  subscribe(reader: RecordReader): void {
    const [number, ask, last, known] = [
      reader.u32(),
      reader.u32(),
      reader.number(),
      reader.number(),
    ];
    const [log, name] = [reader.id(), reader.name()];
    const topic = this.#seats.get(number)?.topic ?? this.#sit(number, name).topic;
    const { writer } = this.#owner;
    for (const entry of topic.last(last, known > 0 ? { log, number: known } : undefined)) {
      const { mark, count, from, payload } = entry;
      writer.begin(RECORD.past, 20 + 2 * ID_LENGTH + payload.length)
        .u32(ask).number(mark.number).id(mark.log).number(count).id(from).bytes(payload);
    }
    writer.begin(RECORD.began, 16 + ID_LENGTH)
      .u32(number).u32(ask).number(topic.next.number).id(topic.id);
  }

  /** Acts on a record: goes on with a subscription after another connection. */
  resubscribe(reader: RecordReader): void {
    const [number, next, log] = [reader.u32(), reader.number(1), reader.id()];
    if (this.#seats.has(number)) throw new BusError(`Subscription ${number} is there already`);
    const { seat, topic } = this.#sit(number, reader.name());
    seat.resume(topic, { log, number: next });
  }

  /** Ends a subscription. */
  unsubscribe(number: number): void {
    const sitting = this.#seats.get(number);
    if (!sitting) return;
    this.#seats.delete(number);
    this.#behind.delete(sitting.seat);
    this.#topics.leave(sitting.topic, sitting.seat);
  }

  /** The topic that a record names, by a subscription or by its name. */
  topicOf(reader: RecordReader): Topic | string {
    const number = reader.u32();
    if (number === 0) return reader.name();
    const topic = this.#seats.get(number)?.topic;
    if (topic) return topic;
    throw new BusError(`Cannot say something on subscription ${number}: there is none`);
  }

  #sit(number: number, name: string): { seat: Seat; topic: Topic } {
    if (number === 0) throw new BusError("Cannot subscribe: 0 is no number of a subscription");
    const seat = new Seat(this.#owner, number);
    const sitting = { seat, topic: this.#topics.listen(name, seat) };
    this.#seats.set(number, sitting);
    return sitting;
  }
}
