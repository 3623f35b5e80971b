import { BusError, messageOf } from "../../base/errors.ts";
import { ACCEPT_TIMEOUT, MAX_BUS_QUEUE } from "../../base/limits.ts";
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
import { LocalClaims } from "./local_claims.ts";
import { encodeName, ID_LENGTH, MAX_NAME, newId, RECORD, VERSION } from "./record.ts";
import { RecordReader } from "./record_reader.ts";
import { RecordWriter } from "./record_writer.ts";
import { type Link, Sayings } from "./sayings.ts";
import { Subscriptions } from "./subscriptions.ts";
import { Watchers } from "./watchers.ts";

/** Options of {@linkcode LocalBus}. */
export interface LocalBusOptions {
  /** Default: one that says nothing. */
  readonly log?: Log;
  /** Milliseconds that a claim may take; default 10,000. */
  readonly acceptMs?: number;
}

/** One server's end of the local bus, over a channel to its engine. */
export class LocalBus implements Bus {
  readonly self: string = newId();
  readonly name = "local";
  readonly #log: Log;
  readonly #acceptMs: number;
  readonly #watchers: Watchers;
  readonly #subscriptions = new Subscriptions();
  readonly #sayings: Sayings;
  readonly #claims: LocalClaims;
  #link: Link | undefined;
  #isAway = false;
  #isDisposed = false;

  constructor(channel: Channel, { log = new Log(), acceptMs }: LocalBusOptions = {}) {
    this.#log = log;
    this.#acceptMs = acceptMs ?? ACCEPT_TIMEOUT;
    this.#watchers = new Watchers(log);
    this.#sayings = new Sayings(log, (topic) => this.#subscriptions.target(topic));
    this.#claims = new LocalClaims(this.self, () => this.#link?.writer);
    this.join(channel);
  }

  get isAway(): boolean {
    return this.#isAway;
  }

  get peers(): ReadonlySet<string> {
    return this.#watchers.peers;
  }

  get figures(): BusFigures {
    return { ...this.#subscriptions.figures, ...this.#sayings.figures };
  }

  get bufferedAmount(): number {
    return this.#sayings.bufferedAmount;
  }

  drained(amount: number = MAX_BUS_QUEUE / 2): Promise<void> {
    return this.#sayings.drained(amount);
  }

  /** Goes on over another connection, with what was said meanwhile as far as it is kept. */
  join(channel: Channel): void {
    if (this.#isDisposed) return channel.close();
    const writer = new RecordWriter(channel);
    const link = this.#link = { channel, writer };
    writer.begin(RECORD.hello, 2 + ID_LENGTH).u16(VERSION).id(this.self);
    this.#subscriptions.rejoin(writer);
    this.#sayings.rejoin(link);
    this.#claims.rejoin(writer);
    channel.listen((frame) => this.#take(frame, link));
    channel.closed.then(() => this.#leave(link));
  }

  watch(watcher: BusWatcher): Disposable {
    return this.#watchers.add(watcher);
  }

  publish(topic: string, payload: Uint8Array, terms: PublishTerms): Promise<Mark | undefined> {
    if (!isName(topic)) return this.#sayings.refuse(terms);
    return this.#sayings.publish(topic, payload, terms);
  }

  subscribe(topic: string, subscriber: Subscriber, options: SubscribeOptions = {}): Disposable {
    if (!isName(topic)) throw new RangeError(`Cannot subscribe to ${TOO_LONG}`);
    if (this.#isDisposed) return { [Symbol.dispose]: () => {} };
    return this.#subscriptions.add(topic, subscriber, options, () => this.#link?.writer);
  }

  cast(topic: string, payload: Uint8Array): void {
    if (isName(topic)) this.#sayings.cast(topic, payload);
  }

  send(peer: string, payload: Uint8Array): void {
    if (this.#watchers.peers.has(peer)) this.#sayings.send(peer, payload);
  }

  async claim(name: string): Promise<Claim> {
    if (!isName(name)) throw new BusError(`Cannot claim ${TOO_LONG}`);
    if (this.#isDisposed) throw new BusError(`Cannot claim ${JSON.stringify(name)}: ${DISPOSED}`);
    return await this.#claims.claim(name, this.#acceptMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    const link = this.#link;
    this.#link = undefined;
    this.#watchers.clear();
    this.#subscriptions.clear();
    this.#sayings.end();
    this.#claims.refuseAll(DISPOSED);
    this.#claims.endAll(DISPOSED);
    if (!link) return;
    link.writer.begin(RECORD.goodbye, 0);
    link.writer.flush();
    link.channel.close();
    await link.channel.closed;
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
        return this.#sayings.placed(reader);
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
        return this.#claims.claimed(reader);
      case RECORD.refused:
        return this.#claims.refused(reader);
      case RECORD.over:
        return this.#claims.over(reader);
      default:
        throw new BusError(`Cannot act on record ${kind}: there is no such kind`);
    }
  }

  #welcome(): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    this.#watchers.back();
  }

  #leave(link: Link): void {
    if (this.#link !== link) return;
    this.#link = undefined;
    const why = "the connection with the engine was closed";
    this.#claims.endAll(why);
    this.#watchers.leaveAll();
    this.#sayings.apart();
    if (this.#isAway) return;
    this.#isAway = true;
    this.#watchers.away(why);
  }
}

const DISPOSED = "the bus was disposed";
const TOO_LONG = `a name of more than ${MAX_NAME} bytes`;

function isName(name: string): boolean {
  // A character is at most 3 bytes.
  return 3 * name.length <= MAX_NAME || encodeName(name).length <= MAX_NAME;
}
