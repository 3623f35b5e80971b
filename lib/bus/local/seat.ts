import type { Mark } from "../../base/mark.ts";
import type { Entry } from "../bus.ts";
import { ID_LENGTH, RECORD } from "./record.ts";
import type { RecordWriter } from "./record_writer.ts";
import type { Listener, Topic } from "./topic.ts";

/** The server of a {@linkcode Seat}. */
export interface SeatOwner {
  readonly name: string;
  readonly writer: RecordWriter;
  /** Whether it has so much to read that nothing more is written that can wait, or be left out. */
  readonly isFull: boolean;
  /** Some of its seats are behind: they catch up when it is not full any more. */
  fellBehind(seat: Seat, topic: Topic): void;
  /** Messages were left out. */
  missed(count: number): void;
}

/**
 * One server at a topic. While it does not read, nothing is queued for it beyond a bound: it is behind then, and catches up
 * from what the topic keeps, or is told how much it has lost.
 */
export class Seat implements Listener {
  readonly #owner: SeatOwner;
  readonly #number: number;
  /** The number of the first message that it has not got; undefined where it has all. */
  #behind: number | undefined;

  constructor(owner: SeatOwner, number: number) {
    this.#owner = owner;
    this.#number = number;
  }

  entry(topic: Topic, entry: Entry): void {
    if (this.#behind !== undefined) return;
    if (this.#owner.isFull) this.#fallBehind(entry.mark.number, topic);
    else this.#write(entry);
  }

  cast(payload: Uint8Array, from: string): void {
    if (from === this.#owner.name) return;
    if (this.#behind !== undefined || this.#owner.isFull) return this.#owner.missed(1);
    this.#owner.writer.begin(RECORD.cast_, 4 + ID_LENGTH + payload.length)
      .u32(this.#number).id(from).bytes(payload);
  }

  /** Goes on after another connection: with what follows the messages that it has. */
  resume(topic: Topic, next: Mark): void {
    if (next.log === topic.id && next.number <= topic.next.number) this.#behind = next.number;
    else {
      this.#lose(topic);
      this.#behind = topic.first;
    }
    this.catchUp(topic);
  }

  /** Writes what it has not got, as long as it is read. */
  catchUp(topic: Topic): void {
    const { first } = topic;
    let from = this.#behind;
    if (from === undefined) return;
    if (first > from) {
      this.#lose(topic, first - from);
      from = first;
    }
    for (const entry of topic.from(from)) {
      if (this.#owner.isFull) return this.#fallBehind(entry.mark.number, topic);
      this.#write(entry);
    }
    this.#behind = undefined;
  }

  #fallBehind(number: number, topic: Topic): void {
    this.#behind = number;
    this.#owner.fellBehind(this, topic);
  }

  /**
   * Says that messages are missing before the first that is kept.
   *
   * @param count Undefined where they were of another log.
   */
  #lose({ first, id }: Topic, count?: number): void {
    this.#owner.missed(count ?? 0);
    this.#owner.writer.begin(RECORD.lost, 16 + ID_LENGTH)
      .u32(this.#number).number(first).u32(count === undefined ? 0 : 1).id(id);
  }

  #write({ mark, count, from, payload }: Entry): void {
    this.#owner.writer.begin(RECORD.entry, 20 + ID_LENGTH + payload.length)
      .u32(this.#number).number(mark.number).number(count).id(from).bytes(payload);
  }
}
