import { BUS_PATIENCE, MAX_BUS_QUEUE } from "../../base/limits.ts";
import type { Log } from "../../base/log.ts";
import type { Mark } from "../../base/mark.ts";
import { Seldom } from "../../base/seldom.ts";
import type { BusFigures, Channel, PublishTerms } from "../bus.ts";
import { type Publish, Publishes } from "./publishes.ts";
import { ID_LENGTH, RECORD } from "./record.ts";
import type { RecordReader } from "./record_reader.ts";
import type { RecordWriter } from "./record_writer.ts";
import type { Target } from "./subscriptions.ts";

/** The connection of a server with its engine. */
export interface Link {
  readonly channel: Channel;
  readonly writer: RecordWriter;
}

/** Everything that one server says to the engine: what is published until it is answered, and what is said at most once. */
export class Sayings {
  readonly #log: Log;
  /** How records name a topic. */
  readonly #target: (topic: string) => Target;
  readonly #publishes = new Publishes();
  readonly #said = new Seldom();
  readonly #figures = { published: 0, dropped: 0, uncast: 0 };
  #link: Link | undefined;
  #patience: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;

  constructor(log: Log, target: (topic: string) => Target) {
    this.#log = log;
    this.#target = target;
  }

  get figures(): Pick<BusFigures, "published" | "dropped" | "uncast"> {
    return this.#figures;
  }

  /** Bytes that wait for the engine. */
  get bufferedAmount(): number {
    return Math.max(this.#publishes.bytes, this.#link?.writer.bufferedAmount ?? 0);
  }

  /** Resolves when no more than so many bytes wait. */
  async drained(amount: number): Promise<void> {
    while (this.bufferedAmount > amount) {
      await this.#publishes.drained(amount);
      this.#link?.writer.flush();
      await this.#link?.channel.drained(amount);
    }
  }

  /** Goes on over another connection, with what was published meanwhile as far as it is kept. */
  rejoin(link: Link): void {
    this.#link = link;
    clearTimeout(this.#patience);
    this.#patience = undefined;
    for (const publish of this.#publishes.all) this.#write(publish, link.writer);
  }

  /** There is no connection: drops what has waited for too long, and looks again as long as something waits. */
  apart(): void {
    this.#link = undefined;
    this.#figures.dropped += this.#publishes.drop(performance.now() - BUS_PATIENCE);
    this.#patience = this.#publishes.bytes > 0
      ? setTimeout(() => this.apart(), BUS_PATIENCE / 4)
      : undefined;
  }

  /** Says nothing any more. */
  end(): void {
    this.#isOver = true;
    this.#link = undefined;
    clearTimeout(this.#patience);
    this.#figures.dropped += this.#publishes.drop(Infinity);
  }

  /** Says something, until the engine has it. */
  publish(topic: string, payload: Uint8Array, terms: PublishTerms): Promise<Mark | undefined> {
    const added = this.#isOver ? undefined : this.#publishes.add(topic, payload, terms);
    if (!added) return this.refuse(terms);
    if (this.#link) this.#write(added.publish, this.#link.writer);
    else this.#patience ??= setTimeout(() => this.apart(), BUS_PATIENCE / 4);
    return added.placed;
  }

  /** Counts what cannot be published. */
  refuse({ count }: PublishTerms): Promise<undefined> {
    this.#figures.dropped += count;
    return Promise.resolve(undefined);
  }

  /** Says something at most once. */
  cast(topic: string, payload: Uint8Array): void {
    expectFit(payload);
    if (!this.#link) return;
    const { writer } = this.#link;
    const waiting = writer.bufferedAmount;
    if (waiting > 0 && waiting + payload.length > MAX_BUS_QUEUE) return this.#drop(waiting);
    const { number, name } = this.#target(topic);
    writer.begin(RECORD.cast, sizeOf(number, name) + payload.length);
    putTarget(writer, number, name).bytes(payload);
  }

  /** Says something to one server: whoever does holds himself back. */
  send(peer: string, payload: Uint8Array): void {
    expectFit(payload);
    this.#link?.writer.begin(RECORD.send, ID_LENGTH + payload.length).id(peer).bytes(payload);
  }

  /** The engine has something that was published. */
  placed(reader: RecordReader): void {
    const number = reader.number(1);
    const mark = { number: reader.number(), log: reader.id() };
    this.#figures.published += this.#publishes.placed(number, mark.number > 0 ? mark : undefined);
  }

  #drop(waiting: number): void {
    this.#figures.uncast++;
    this.#said.tell(() => {
      this.#log.error("server", `Cannot cast on the bus: ${waiting} bytes wait for its engine`);
    });
  }

  #write({ number, topic, payload, terms }: Publish, writer: RecordWriter): void {
    const target = this.#target(topic);
    writer.begin(RECORD.publish, 32 + sizeOf(target.number, target.name) + payload.length)
      .number(number).number(this.#publishes.answered)
      .number(terms.count).number(Math.min(terms.keep, Number.MAX_SAFE_INTEGER));
    putTarget(writer, target.number, target.name).bytes(payload);
  }
}

function expectFit({ length }: Uint8Array): void {
  if (length > MAX_BUS_QUEUE) throw new RangeError(`Cannot say ${length} bytes at once on the bus`);
}

const sizeOf = (number: number, name: Uint8Array) => number > 0 ? 4 : 6 + name.length;

function putTarget(writer: RecordWriter, number: number, name: Uint8Array): RecordWriter {
  writer.u32(number);
  return number > 0 ? writer : writer.name(name);
}
