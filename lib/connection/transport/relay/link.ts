import type { Batch } from "../../../base/batch.ts";
import { isCloseCode } from "../../../base/close_code.ts";
import { batchWords, readBatch } from "./batch_words.ts";
import type { Abilities, BackEnd, FrontEnd } from "./relay_end.ts";
import { KIND, putNumber, RelayError, relayFrame, RelayReader } from "./relay_frame.ts";

/** The way to another server. */
export interface LinkPort {
  /** Sends a frame, which belongs to the port from now on. */
  send(frame: Uint8Array): void;
  /** Whether too much waits on it: then whoever can wait does, until `goOn`. */
  readonly isFull: boolean;
  /** A server wants something served here. */
  serve(words: unknown, leg: ServedLeg): void;
  /** The peer has sent what cannot be true: everything with it has ended. */
  broken(error: RelayError): void;
}

// Of JSON: a request has 64 KiB of headers at most, which may be escaped.
const MOST_WORDS = 1024 * 1024;
const MOST_REASON = 1024;

// Bytes of messages in one frame, unless one message alone has more.
const MOST_AT_ONCE = 1024 * 1024;

// Clients of one other server that are served here.
const MOST_LEGS = 65_536;

const NOTHING = new Uint8Array(0);

/** Everything that is relayed between this server and another one, or within this one. */
export class Link {
  readonly peer: string;
  readonly #port: LinkPort;
  /** Legs that were opened here, and those that were opened there. */
  readonly #fronts = new Map<number, FrontEnd>();
  readonly #backs = new Map<number, BackEnd>();
  #last = 0;
  /** Messages that are being sent to several legs, as long as it is the same batch. */
  #sending: { readonly batch: Batch; readonly legs: number[] } | undefined;
  readonly #credits = new Map<number, number>();
  #isScheduled = false;

  constructor(peer: string, port: LinkPort) {
    this.peer = peer;
    this.#port = port;
  }

  /** The number of relays on it. */
  get size(): number {
    return this.#fronts.size + this.#backs.size;
  }

  get isFull(): boolean {
    return this.#port.isFull;
  }

  /**
   * Asks the peer to serve a client.
   *
   * @param words The request and all that has to be known of it, as JSON.
   */
  open(front: FrontEnd, words: unknown): FrontLeg {
    const number = ++this.#last;
    this.#fronts.set(number, front);
    this.put(KIND.open, number, JSON.stringify(words));
    return new FrontLeg(this, number);
  }

  /** The front's leg has ended. */
  forgetFront(number: number): void {
    this.#fronts.delete(number);
    this.#credits.delete(number);
  }

  hasFront(number: number): boolean {
    return this.#fronts.has(number);
  }

  setBack(number: number, back: BackEnd): void {
    this.#backs.set(number, back);
  }

  /** The back's leg has ended. */
  forgetBack(number: number): void {
    this.#backs.delete(number);
  }

  /** Sends a frame behind all others. */
  put(kind: number, ...fields: readonly (number | string | Uint8Array)[]): void {
    this.#flushSending();
    this.#port.send(relayFrame(kind, ...fields));
  }

  /** Sends messages to a leg: those that go to several legs in one go cross once. */
  send(leg: number, batch: Batch): void {
    if (this.#sending?.batch === batch) return void this.#sending.legs.push(leg);
    this.#flushSending();
    this.#sending = { batch: batch.keep(), legs: [leg] };
    this.#schedule();
  }

  /** Tells the peer that a client has taken something, together with others. */
  credit(leg: number, bytes: number): void {
    this.#credits.set(leg, (this.#credits.get(leg) ?? 0) + bytes);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.#flushSending();
      this.#flushCredits();
    });
  }

  #flushSending(): void {
    const sending = this.#sending;
    if (!sending) return;
    this.#sending = undefined;
    const { batch, legs } = sending;
    const numbers = new Uint8Array(legs.length * 8);
    let end = 0;
    for (const leg of legs) end = putNumber(numbers, end, leg);
    for (const part of parted(batch)) {
      const words = batchWords(part);
      const body = new Uint8Array(end + words.length);
      body.set(numbers.subarray(0, end));
      body.set(words, end);
      this.#port.send(relayFrame(KIND.send, legs.length, body));
    }
  }

  #flushCredits(): void {
    if (this.#credits.size === 0) return;
    const fields: number[] = [];
    for (const [leg, bytes] of this.#credits) fields.push(leg, bytes);
    this.#credits.clear();
    this.#port.send(relayFrame(KIND.credit, ...fields));
  }

  /** Takes a frame of the peer. */
  receive(bytes: Uint8Array): void {
    const reader = new RelayReader(bytes);
    if (!reader.isRelay) return;
    try {
      this.#take(reader);
    } catch (error) {
      if (!(error instanceof RelayError)) throw error;
      this.put(KIND.reset);
      this.broke(error.message);
      this.#port.broken(error);
    }
  }

  #take(reader: RelayReader): void {
    const { kind } = reader;
    if (kind === KIND.reset) return this.broke("The other server has heard nothing of this one");
    if (kind === KIND.credit) return this.#takeCredits(reader);
    if (kind === KIND.send) return this.#takeSent(reader);
    const leg = reader.number();
    if (kind === KIND.open) return this.#takeOpen(leg, reader);
    if (kind < KIND.accepted) {
      const back = this.#backs.get(leg);
      // Its own end may have told it so just now.
      if (back) this.#tellBack(back, kind, reader);
      else if (kind !== KIND.drop && kind !== KIND.closed) {
        this.put(KIND.gone, leg, "It is not served here");
      }
    } else {
      const front = this.#fronts.get(leg);
      if (front) this.#tellFront(front, kind, reader);
      else if (kind !== KIND.over && kind !== KIND.gone) this.put(KIND.drop, leg);
    }
  }

  #takeOpen(leg: number, reader: RelayReader): void {
    if (this.#backs.has(leg)) throw new RelayError("A number is used twice");
    const words = json(reader);
    const served = new ServedLeg(this, leg);
    if (this.#backs.size < MOST_LEGS) return this.#port.serve(words, served);
    served.refuse({ status: 503, reason: `${MOST_LEGS} are served already`, headers: [] });
  }

  #takeCredits(reader: RelayReader): void {
    while (reader.hasMore) {
      const [leg, bytes] = [reader.number(), reader.number()];
      this.#backs.get(leg)?.credit(bytes);
    }
  }

  #takeSent(reader: RelayReader): void {
    const count = reader.number();
    const legs: number[] = [];
    for (let index = 0; index < count; index++) legs.push(reader.number());
    const batch = readBatch(reader);
    for (const leg of legs) {
      const front = this.#fronts.get(leg);
      if (front) front.sent(batch);
      else this.put(KIND.drop, leg);
    }
  }

  #tellBack(back: BackEnd, kind: number, reader: RelayReader): void {
    if (kind === KIND.input) return back.input(readBatch(reader));
    if (kind === KIND.grant) return back.granted(lastNumber(reader));
    if (kind === KIND.lost) return back.lost(lastNumber(reader));
    if (kind === KIND.readmitted) {
      const ms = lastNumber(reader);
      return back.readmitted(ms > 0 ? ms : undefined);
    }
    if (kind === KIND.opened) return back.opened(abilitiesIn(lastNumber(reader)));
    if (kind === KIND.pong) {
      const [id, came] = [reader.number(), reader.number()];
      return back.pong(id, came ? reader.rest() : undefined);
    }
    if (kind === KIND.drop) return back.broke();
    if (kind === KIND.tooLarge) return back.tooLarge();
    const [code, reason] = [reader.number(), reader.text(MOST_REASON)];
    reader.end();
    if (code > 4999) throw new RelayError(`${code} is no close code`);
    if (kind === KIND.closing) back.closing(code, reason);
    else if (kind === KIND.closed) back.closed(code, reason);
    else if (kind === KIND.end) back.end(code, reason);
    else if (kind === KIND.failed) back.failed(reason, code || undefined);
    else throw new RelayError(`A frame is of the kind ${kind}, which there is not`);
  }

  #tellFront(front: FrontEnd, kind: number, reader: RelayReader): void {
    if (kind === KIND.take) {
      const [asked, done] = [reader.number(), reader.number()];
      return front.taken(asked, done);
    }
    if (kind === KIND.accepted) return front.accepted(json(reader));
    if (kind === KIND.refused) return front.refused(json(reader));
    if (kind === KIND.greet) return front.greet(json(reader));
    if (kind === KIND.over) return front.over();
    if (kind === KIND.gone) return front.broke(reader.text(MOST_REASON));
    if (kind === KIND.ping) {
      const id = reader.number();
      const payload = reader.rest();
      if (payload.length > 125) throw new RelayError("A ping is too long");
      return front.ping(id, payload);
    }
    if (kind !== KIND.close) {
      throw new RelayError(`A frame is of the kind ${kind}, which there is not`);
    }
    const [code, patience, reason] = [reader.number(), reader.number(), reader.text(MOST_REASON)];
    if (!isCloseCode(code)) throw new RelayError(`${code} is no close code`);
    front.close(code, reason, patience === 0 ? Infinity : patience - 1);
  }

  /** Nothing comes from the peer any more, or nothing of it counts. */
  broke(why: string): void {
    this.#sending = undefined;
    this.#credits.clear();
    const [fronts, backs] = [[...this.#fronts.values()], [...this.#backs.values()]];
    this.#fronts.clear();
    this.#backs.clear();
    for (const front of fronts) front.broke(why);
    for (const back of backs) back.broke();
  }

  /** The port is free again. */
  goOn(): void {
    for (const back of this.#backs.values()) back.goOn();
  }
}

/** The number of a relay that was opened here. */
export class FrontLeg {
  readonly #link: Link;
  readonly #number: number;

  constructor(link: Link, number: number) {
    this.#link = link;
    this.#number = number;
  }

  /** The server that serves it. */
  get peer(): string {
    return this.#link.peer;
  }

  /** Tells something of the client. */
  tell(kind: number, ...fields: readonly (number | string | Uint8Array)[]): void {
    this.#link.put(kind, this.#number, ...fields);
  }

  opened({ pings, compresses }: Abilities): void {
    this.tell(KIND.opened, (pings ? 1 : 0) + (compresses ? 2 : 0));
  }

  input(batch: Batch): void {
    for (const part of parted(batch)) this.tell(KIND.input, batchWords(part));
  }

  credit(bytes: number): void {
    if (this.#link.hasFront(this.#number)) this.#link.credit(this.#number, bytes);
  }

  pong(id: number, payload: Uint8Array | undefined): void {
    this.tell(KIND.pong, id, payload ? 1 : 0, payload ?? NOTHING);
  }

  /** Wants nothing more of it. */
  drop(): void {
    if (!this.#link.hasFront(this.#number)) return;
    this.forget();
    this.tell(KIND.drop);
  }

  /** It has ended. */
  forget(): void {
    this.#link.forgetFront(this.#number);
  }
}

/** The number of a relay that another server has opened. */
export class ServedLeg {
  readonly #link: Link;
  readonly #number: number;

  constructor(link: Link, number: number) {
    this.#link = link;
    this.#number = number;
  }

  /** The server where the client is. */
  get peer(): string {
    return this.#link.peer;
  }

  get isFull(): boolean {
    return this.#link.isFull;
  }

  /** Has an end of it told from now on. */
  listen(back: BackEnd): void {
    this.#link.setBack(this.#number, back);
  }

  accept(terms: unknown): void {
    this.#link.put(KIND.accepted, this.#number, JSON.stringify(terms));
  }

  refuse(answer: unknown): void {
    this.forget();
    this.#link.put(KIND.refused, this.#number, JSON.stringify(answer));
  }

  send(batch: Batch): void {
    this.#link.send(this.#number, batch);
  }

  take(asked: number, done: number): void {
    this.#link.put(KIND.take, this.#number, asked, done);
  }

  close(code: number, reason: string, patience: number): void {
    const ms = patience === Infinity ? 0 : Math.max(0, Math.floor(patience)) + 1;
    this.#link.put(KIND.close, this.#number, code, ms, reason);
  }

  ping(id: number, payload: Uint8Array): void {
    this.#link.put(KIND.ping, this.#number, id, payload);
  }

  greet(greeting: unknown): void {
    this.#link.put(KIND.greet, this.#number, JSON.stringify(greeting));
  }

  /** It has come to its end here. */
  over(): void {
    this.forget();
    this.#link.put(KIND.over, this.#number);
  }

  /** It is not served here any more: its client may be served elsewhere. */
  gone(why: string): void {
    this.forget();
    this.#link.put(KIND.gone, this.#number, why);
  }

  forget(): void {
    this.#link.forgetBack(this.#number);
  }
}

/** A batch in parts that are not too large to be sent at once. */
export function* parted(batch: Batch): Iterable<Batch> {
  if (batch.length <= MOST_AT_ONCE) return yield batch;
  let [start, bytes] = [0, 0];
  for (let index = 0; index < batch.size; index++) {
    const length = batch.lengthAt(index);
    if (index > start && bytes + length > MOST_AT_ONCE) {
      yield batch.slice(start, index);
      [start, bytes] = [index, 0];
    }
    bytes += length;
  }
  yield batch.slice(start);
}

function lastNumber(reader: RelayReader): number {
  const number = reader.number();
  reader.end();
  return number;
}

function abilitiesIn(flags: number): Abilities {
  return { pings: (flags & 1) !== 0, compresses: (flags & 2) !== 0 };
}

function json(reader: RelayReader): unknown {
  const text = reader.text(MOST_WORDS);
  reader.end();
  try {
    return JSON.parse(text);
  } catch {
    throw new RelayError("What should be JSON is none");
  }
}
