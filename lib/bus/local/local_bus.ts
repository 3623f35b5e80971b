import { BusError, messageOf } from "../../base/errors.ts";
import { ACCEPT_TIMEOUT, BUS_PATIENCE, MAX_BUS_QUEUE } from "../../base/limits.ts";
import { Log } from "../../base/log.ts";
import { logThrown } from "../../base/log_thrown.ts";
import type { Mark } from "../../base/mark.ts";
import type {
  Bus,
  BusFigures,
  BusWatcher,
  Channel,
  Claim,
  PublishTerms,
  SubscribeOptions,
  Subscriber,
} from "../bus.ts";
import { type Publish, Publishes } from "./publishes.ts";
import { encodeName, ID_LENGTH, MAX_NAME, newId, RECORD, VERSION } from "./record.ts";
import { RecordReader } from "./record_reader.ts";
import { RecordWriter } from "./record_writer.ts";
import { Subscriptions } from "./subscriptions.ts";
import { Tenures } from "./tenures.ts";
import { Watchers } from "./watchers.ts";

/** Options of {@linkcode LocalBus}. */
export interface LocalBusOptions {
  /** Default: one that says nothing. */
  readonly log?: Log;
  /** Milliseconds that a claim may take; default 10,000. */
  readonly acceptMs?: number;
}

/** The connection of a server with its engine. */
interface Link {
  readonly channel: Channel;
  readonly writer: RecordWriter;
}

/** One server's end of the local bus, over a channel to its engine. */
export class LocalBus implements Bus {
  readonly self: string = newId();
  readonly name = "local";
  readonly #log: Log;
  readonly #acceptMs: number;
  readonly #watchers = new Watchers();
  readonly #publishes = new Publishes();
  readonly #subscriptions = new Subscriptions();
  readonly #tenures: Tenures;
  #link: Link | undefined;
  #isAway = false;
  #isDisposed = false;
  #patience: ReturnType<typeof setTimeout> | undefined;
  #published = 0;
  #dropped = 0;

  constructor(channel: Channel, { log = new Log(), acceptMs }: LocalBusOptions = {}) {
    this.#log = log;
    this.#acceptMs = acceptMs ?? ACCEPT_TIMEOUT;
    this.#tenures = new Tenures(this.self, () => this.#link?.writer);
    this.join(channel);
  }

  get isAway(): boolean {
    return this.#isAway;
  }

  get peers(): ReadonlySet<string> {
    return this.#watchers.peers;
  }

  get figures(): BusFigures {
    const { figures } = this.#subscriptions;
    return { ...figures, published: this.#published, dropped: this.#dropped };
  }

  get bufferedAmount(): number {
    return Math.max(this.#publishes.bytes, this.#link?.writer.bufferedAmount ?? 0);
  }

  async drained(amount: number = MAX_BUS_QUEUE / 2): Promise<void> {
    while (this.bufferedAmount > amount) {
      await this.#publishes.drained(amount);
      this.#link?.writer.flush();
      await this.#link?.channel.drained(amount);
    }
  }

  /** Goes on over another connection, with what was said meanwhile as far as it is kept. */
  join(channel: Channel): void {
    if (this.#isDisposed) return channel.close();
    const writer = new RecordWriter(channel);
    const link = this.#link = { channel, writer };
    clearTimeout(this.#patience);
    this.#patience = undefined;
    writer.begin(RECORD.hello, 2 + ID_LENGTH).u16(VERSION).id(this.self);
    this.#subscriptions.rejoin(writer);
    for (const publish of this.#publishes.all) this.#write(publish, writer);
    this.#tenures.rejoin(writer);
    channel.listen((frame) => this.#take(frame, link));
    channel.closed.then(() => this.#leave(link));
  }

  watch(watcher: BusWatcher): Disposable {
    return this.#watchers.add(watcher);
  }

  publish(topic: string, payload: Uint8Array, terms: PublishTerms): Promise<Mark | undefined> {
    const isGood = !this.#isDisposed && isName(topic);
    const added = isGood ? this.#publishes.add(topic, payload, terms) : undefined;
    if (!added) {
      this.#dropped += terms.count;
      return Promise.resolve(undefined);
    }
    if (this.#link) this.#write(added.publish, this.#link.writer);
    else this.#patience ??= setTimeout(() => this.#expire(), BUS_PATIENCE / 4);
    return added.placed;
  }

  subscribe(topic: string, subscriber: Subscriber, options: SubscribeOptions = {}): Disposable {
    if (!isName(topic)) throw new RangeError(`Cannot subscribe to ${TOO_LONG}`);
    if (this.#isDisposed) return { [Symbol.dispose]: () => {} };
    return this.#subscriptions.add(topic, subscriber, options, () => this.#link?.writer);
  }

  cast(topic: string, payload: Uint8Array): void {
    expectFit(payload);
    if (!this.#link || !isName(topic)) return;
    const { number, name } = this.#subscriptions.target(topic);
    const { writer } = this.#link;
    writer.begin(RECORD.cast, sizeOf(number, name) + payload.length);
    putTarget(writer, number, name).bytes(payload);
  }

  send(peer: string, payload: Uint8Array): void {
    expectFit(payload);
    if (!this.#link || !this.#watchers.peers.has(peer)) return;
    this.#link.writer.begin(RECORD.send, ID_LENGTH + payload.length).id(peer).bytes(payload);
  }

  async claim(name: string): Promise<Claim> {
    if (!isName(name)) throw new BusError(`Cannot claim ${TOO_LONG}`);
    if (this.#isDisposed) throw new BusError(`Cannot claim ${JSON.stringify(name)}: ${DISPOSED}`);
    return await this.#tenures.claim(name, this.#acceptMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    clearTimeout(this.#patience);
    const link = this.#link;
    this.#link = undefined;
    this.#watchers.clear();
    this.#subscriptions.clear();
    this.#dropped += this.#publishes.drop(Infinity);
    this.#tenures.rejectAll(DISPOSED);
    this.#tenures.endAll(DISPOSED);
    if (!link) return;
    link.writer.begin(RECORD.goodbye, 0);
    link.writer.flush();
    link.channel.close();
    await link.channel.closed;
  }

  #write({ number, topic, payload, terms }: Publish, writer: RecordWriter): void {
    const target = this.#subscriptions.target(topic);
    writer.begin(RECORD.publish, 32 + sizeOf(target.number, target.name) + payload.length)
      .number(number).number(this.#publishes.answered)
      .number(terms.count).number(Math.min(terms.keep, Number.MAX_SAFE_INTEGER));
    putTarget(writer, target.number, target.name).bytes(payload);
  }

  #take(frame: Uint8Array, link: Link): void {
    if (this.#link !== link) return;
    try {
      const reader = new RecordReader(frame);
      for (let kind; (kind = reader.next()) !== undefined;) this.#tell(kind, reader);
    } catch (error) {
      this.#log.error("server", `Ends the bus: ${messageOf(error)}`);
      link.channel.close();
    }
  }

  #tell(kind: number, reader: RecordReader): void {
    try {
      this.#act(kind, reader);
    } catch (error) {
      if (error instanceof BusError) throw error;
      // The mistake of one who listens is nobody else's.
      logThrown(this.#log, "server", "What the bus has brought failed", error);
    }
  }

  #act(kind: number, reader: RecordReader): void {
    switch (kind) {
      case RECORD.welcome:
        return this.#welcome();
      case RECORD.joined:
        return this.#watchers.joined(reader.id());
      case RECORD.left:
        return this.#watchers.left(reader.id());
      case RECORD.placed:
        return this.#placed(reader.number(1), { number: reader.number(), log: reader.id() });
      case RECORD.past:
        return this.#subscriptions.past(reader);
      case RECORD.began:
        return this.#subscriptions.began(reader);
      case RECORD.entry:
        return this.#subscriptions.entry(reader);
      case RECORD.cast_:
        return this.#subscriptions.cast(reader);
      case RECORD.lost:
        return this.#subscriptions.lost(reader);
      case RECORD.received:
        return this.#watchers.received(reader.id(), reader.rest());
      case RECORD.claimed:
        return this.#tenures.claimed(reader);
      case RECORD.refused:
        return this.#tenures.refused(reader);
      case RECORD.over:
        return this.#tenures.end(reader.number(), "It was given back, or its holder is gone");
      default:
        throw new BusError(`Cannot act on record ${kind}: there is no such kind`);
    }
  }

  #welcome(): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    this.#watchers.back();
  }

  #placed(number: number, mark: Mark): void {
    this.#published += this.#publishes.placed(number, mark.number > 0 ? mark : undefined);
  }

  #leave(link: Link): void {
    if (this.#link !== link) return;
    this.#link = undefined;
    const why = "the connection with the engine was closed";
    this.#tenures.endAll(why);
    this.#watchers.leaveAll();
    this.#expire();
    if (this.#isAway) return;
    this.#isAway = true;
    this.#watchers.away(why);
  }

  /** Drops what has waited for too long, and looks again as long as the engine is away and something waits. */
  #expire(): void {
    this.#dropped += this.#publishes.drop(performance.now() - BUS_PATIENCE);
    this.#patience = this.#publishes.bytes > 0
      ? setTimeout(() => this.#expire(), BUS_PATIENCE / 4)
      : undefined;
  }
}

const DISPOSED = "the bus was disposed";
const TOO_LONG = `a name of more than ${MAX_NAME} bytes`;

function expectFit({ length }: Uint8Array): void {
  if (length > MAX_BUS_QUEUE) throw new RangeError(`Cannot say ${length} bytes at once on the bus`);
}

function isName(name: string): boolean {
  // A character is at most 3 bytes.
  return 3 * name.length <= MAX_NAME || encodeName(name).length <= MAX_NAME;
}

const sizeOf = (number: number, name: Uint8Array) => number > 0 ? 4 : 6 + name.length;

function putTarget(writer: RecordWriter, number: number, name: Uint8Array): RecordWriter {
  writer.u32(number);
  return number > 0 ? writer : writer.name(name);
}
