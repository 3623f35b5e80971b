import type { Batch } from "../../../base/batch.ts";
import { batchWords, readBatch } from "./batch_words.ts";
import { FrontLeg } from "./front_leg.ts";
import type { LegWay } from "./leg.ts";
import { parted } from "./parted.ts";
import type { BackEnd, FrontEnd } from "./relay_end.ts";
import { KIND, putNumber, RelayError, relayFrame, RelayReader } from "./relay_frame.ts";
import { ServedLeg } from "./served_leg.ts";
import { readWords, tellBack, tellFront } from "./tell_end.ts";

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

// Clients of one other server that are served here.
const MOST_LEGS = 65_536;

/** Everything that is relayed between this server and another one, or within this one. */
export class Link implements LegWay {
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
    const leg = new FrontLeg(this, ++this.#last, this.#fronts);
    leg.listen(front);
    leg.tell(KIND.open, JSON.stringify(words));
    return leg;
  }

  put(kind: number, ...fields: readonly (number | string | Uint8Array)[]): void {
    this.#flushSending();
    this.#port.send(relayFrame(kind, ...fields));
  }

  send(leg: number, batch: Batch): void {
    if (this.#sending?.batch === batch) return void this.#sending.legs.push(leg);
    this.#flushSending();
    this.#sending = { batch: batch.keep(), legs: [leg] };
    this.#schedule();
  }

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
      if (back) tellBack(back, kind, reader);
      else if (kind !== KIND.drop && kind !== KIND.closed) {
        this.put(KIND.gone, leg, "It is not served here");
      }
    } else {
      const front = this.#fronts.get(leg);
      if (front) tellFront(front, kind, reader);
      else if (kind !== KIND.over && kind !== KIND.gone) this.put(KIND.drop, leg);
    }
  }

  #takeOpen(leg: number, reader: RelayReader): void {
    if (this.#backs.has(leg)) throw new RelayError("A number is used twice");
    const words = readWords(reader);
    const served = new ServedLeg(this, leg, this.#backs);
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
