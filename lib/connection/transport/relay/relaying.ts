import type { Batch } from "../../../base/batch.ts";
import { messageOf } from "../../../base/errors.ts";
import { GOODBYE_TIMEOUT } from "../../../base/limits.ts";
import type { PartAt, Transport, TransportEvents } from "../../../contract.ts";
import { APART } from "../../apart.ts";
import type { Member } from "../../roster.ts";
import type { Relay, Ticket } from "../../ticket.ts";
import { type Close, FrontEnding } from "./front_ending.ts";
import { FrontInput } from "./front_input.ts";
import type { FrontLeg } from "./front_leg.ts";
import { FrontOutput } from "./front_output.ts";
import { abilitiesOf, type FrontEnd } from "./relay_end.ts";
import { KIND } from "./relay_frame.ts";
import type { RelayingOptions } from "./relaying_options.ts";
import { type RelayAnswer, ServerSearch } from "./server_search.ts";

const GONE: Close = [1012, "The server of the session has gone"];

/**
 * The end of a relay at the server where the client is: it is told by the client's transport of what happens, and tells
 * the server that serves it; what comes from there it has the transport do.
 *
 * It keeps what the client has sent until that server says that nobody has to. Where the server dies, another one gets
 * what the first one was not granted.
 */
export class Relaying implements TransportEvents, FrontEnd, Member, Relay {
  readonly id: string;
  /** None: the server that serves it lists it. */
  readonly facts = undefined;
  activity = 0;
  readonly #options: RelayingOptions;
  greet: (greeting: unknown) => void = () => {};
  #transport: Transport | undefined;
  #ends: Pick<Ticket, "left" | "abandon"> | undefined;
  #isOpened = false;
  readonly #search: ServerSearch;
  readonly #input: FrontInput;
  /** The way to the server that was told of a message that is too large. */
  #toldTooLarge: FrontLeg | undefined;
  readonly #output = new FrontOutput(() => this.#leg);
  readonly #ending = new FrontEnding();
  #isOver = false;

  constructor(options: RelayingOptions) {
    this.id = options.id;
    this.#options = options;
    this.#search = new ServerSearch(this, options);
    this.#input = new FrontInput(options);
  }

  get #leg(): FrontLeg | undefined {
    return this.#search.leg;
  }

  /** The leg to the server that serves it, where one does. */
  get #served(): FrontLeg | undefined {
    return this.#search.served;
  }

  /** The server that serves it. */
  get peer(): string | undefined {
    return this.#leg?.peer;
  }

  /**
   * Asks for it to be served, whoever does.
   *
   * @param signal Aborts when nobody waits for that.
   * @throws {HandshakeError} If nobody can be found in time (503).
   */
  begin(signal?: AbortSignal): Promise<RelayAnswer> {
    const isThere = this.#transport !== undefined;
    return this.#search.begin({ isThere, seen: this.#output.seen, signal });
  }

  accepted(words: unknown): void {
    this.#search.answered({ isAccepted: true, words });
  }

  refused(words: unknown): void {
    if (this.#served) return this.#lie("It refuses whom it serves");
    this.#search.forget();
    this.#search.answered({ isAccepted: false, words });
  }

  /** Nobody wants it after all. */
  abandon(): void {
    this.#isOver = true;
    this.#search.end();
    this.#input.settle();
  }

  /** Takes the events of the client's transport. */
  attach(transport: Transport, ends: Pick<Ticket, "left" | "abandon">): TransportEvents {
    this.#transport = transport;
    for (const part of [this.#input, this.#output, this.#ending]) part.attach(transport);
    this.#ends = ends;
    return this;
  }

  opened(): void {
    this.#isOpened = true;
    if (this.#isOver) return this.#transport?.close(1001, "Opened too late");
    if (this.#leg) this.#serve(this.#leg);
    else this.#again();
    this.#options.strict?.add(this);
  }

  #serve(leg: FrontLeg): void {
    const { self, roster } = this.#options;
    this.#search.serve();
    // Otherwise the connection on it is counted here.
    if (leg.peer === self) roster.delete(this);
    else if (!this.#ending.isClosed) roster.add(this);
    if (this.#transport) leg.opened(abilitiesOf(this.#transport));
    if (this.#transport?.isAway) leg.away(true);
    this.#input.sendAll(leg);
    this.#ending.tellAll(leg);
  }

  received(batch: Batch): void {
    if (this.#isOver || this.#ending.isClosing) return;
    this.activity++;
    const refusal = this.#input.add(batch, this.#served);
    if (refusal) this.#ending.close(...refusal);
  }

  taken(asked: number, done: number): void {
    const leg = this.#leg;
    if (!leg || !this.#input.taken(leg, asked, done)) this.#lie("It asks for more than there is");
  }

  /** That server says what cannot be. */
  #lie(why: string): void {
    this.#leg?.drop();
    // Its process goes on there.
    this.broke(why, true);
  }

  sent(batch: Batch): void {
    this.#carried();
    if (this.#isOver || this.#output.send(batch)) return;
    this.#lie("It sends a message within another one");
  }

  sentPart(part: Batch, at: PartAt): void {
    this.#carried();
    if (this.#isOver || this.#output.sendPart(part, at)) return;
    this.#lie("It sends a part of no message");
  }

  sentPiece(piece: Batch, isLast: boolean): void {
    this.#carried();
    if (this.#isOver || this.#output.sendPiece(piece, isLast)) return;
    this.#lie("It sends a message within another one");
  }

  #carried(): void {
    this.activity++;
    this.#ending.goesOn();
  }

  gathered(bytes: number): void {
    this.#leg?.gathered(bytes);
  }

  close(code: number, reason: string, patience: number): void {
    this.#leg?.dropInput();
    this.#ending.close(code, reason, patience);
  }

  agreed(): void {
    this.#ending.agree();
  }

  answers(isSo: boolean): void {
    this.#ending.answers(isSo);
  }

  over(): void {
    this.#search.forget();
    this.#isOver = true;
    this.#finish();
    if (!this.#ending.isClosed) this.#ending.close(...GONE);
  }

  ping(id: number, payload: Uint8Array): void {
    this.#output.ping(id, payload);
  }

  broke(why: string, isTold = false): void {
    const leg = this.#leg;
    if (!leg) return;
    const wasServed = this.#served !== undefined;
    this.#search.forget();
    if (!wasServed) return this.#search.answered(undefined);
    const { log, isLasting } = this.#options;
    log.info("session", `Server ${leg.peer} serves it no more: ${why}`);
    this.#input.doubt(isTold);
    this.#output.forget();
    if (this.#isOver) return this.#input.settle();
    // With a part of a message alone, its client can get nothing of another server.
    if (!isLasting || this.#output.isInMessage) return this.#giveUp(...GONE);
    const hasAll = this.#ending.isClosed && this.#input.size === 0;
    if (!this.#ending.isClosing && !hasAll) return void this.#again();
    this.#input.settle();
    this.#finishUnserved();
  }

  /** Has somebody else serve it. */
  async #again(): Promise<void> {
    const { roster, log } = this.#options;
    if (!this.#ending.isClosed) roster.add(this);
    try {
      const { isAccepted, words } = await this.begin();
      const leg = this.#leg;
      if (!isAccepted) return this.#giveUp(1011, reasonIn(words));
      if (this.#isOver) return;
      // The way has broken behind the answer, which was not heard until now.
      if (!leg) return await this.#again();
      log.access("session", `RELAY: server ${leg.peer} serves it now`);
      this.#input.settle(takenIn(words));
      this.#serve(leg);
    } catch (error) {
      // Its client has left, and nothing of it is lost.
      if (this.#isOver) return;
      log.error("session", `Nobody serves it any more: ${messageOf(error)}`);
      this.#giveUp(1013, "No server serves it");
    }
  }

  #giveUp(code: number, reason: string): void {
    this.#input.clear();
    this.#ending.giveUp(code, reason);
    this.#finishUnserved();
  }

  /** Nobody serves it; it is over when its client has gone. */
  #finishUnserved(): void {
    this.#isOver = true;
    if (this.#ending.isClosed) this.#finish();
  }

  tooLarge(): void {
    const leg = this.#served;
    if (leg) {
      // Once: it ends the connection, and some engines tell of each such message until then.
      if (this.#toldTooLarge !== leg) leg.tell(KIND.tooLarge);
      this.#toldTooLarge = leg;
    } else this.#ending.close(1009, "A message is too large");
  }

  failed(message: string, code = 0): void {
    this.#tell(KIND.failed, code, message.slice(0, 200));
  }

  closing(code: number, reason: string): Promise<void> | void {
    if (!this.#isOver) return this.#ending.closing([code, reason], this.#served);
  }

  get answersEnd(): Promise<boolean> {
    return this.#ending.answersEnd;
  }

  ended(): void {
    this.#ending.sentAll(this.#served);
  }

  readmitted(authTime: number | undefined): void {
    this.#tell(KIND.readmitted, authTime === undefined ? 0 : Math.max(1, Math.ceil(authTime)));
  }

  away(isAway: boolean): void {
    this.#served?.away(isAway);
  }

  lost(bytes: number): void {
    this.#tell(KIND.lost, bytes);
  }

  /** Ends it, as its transport or the server wants. */
  end(code: number, reason: string, patience?: number): void {
    const leg = this.#served;
    if (patience === undefined && leg) return leg.tell(KIND.end, code, reason);
    if (patience !== undefined && leg?.peer === this.#options.self) return;
    this.#ending.close(code, reason, patience && Math.min(patience, GOODBYE_TIMEOUT));
  }

  /** Ends it because the other servers cannot be reached, also where nobody can be asked who serves it. */
  apart(): void {
    if (this.#isOver || this.#ending.isClosing) return;
    // Its connection here knows how to end.
    if (this.#served?.peer === this.#options.self) return this.end(...APART);
    if (this.#served) {
      this.#options.log.info("session", `Server ${this.peer} serves it no more: ${APART[1]}`);
      this.#input.lose();
    }
    this.#output.forget();
    this.#search.end();
    this.#giveUp(...APART);
  }

  #tell(kind: number, ...fields: (number | string)[]): void {
    this.#served?.tell(kind, ...fields);
  }

  closed(code: number, reason: string): void {
    if (this.#ending.isClosed) return;
    this.#ending.closed([code, reason], this.#served);
    this.#options.roster.delete(this);
    this.#options.strict?.delete(this);
    // Its place is somebody else's then.
    if (!this.#isOpened) return this.#ends?.abandon();
    this.#ends?.left();
    if (this.#isOver) return this.#finish();
    if (!this.#served && this.#input.size === 0) return this.abandon();
    this.#ending.within(() => this.#expire());
  }

  #expire(): void {
    this.#search.end();
    this.#giveUp(1006, "");
  }

  #finish(): void {
    this.#ending.stop();
    this.#options.roster.delete(this);
  }
}

function reasonIn(words: unknown): string {
  const { reason } = (words ?? {}) as { reason?: unknown };
  return typeof reason === "string" ? reason : "It is not served any more";
}

/** How many messages the process has got of those that were sent before, where it is the same one. */
function takenIn(words: unknown): number | undefined {
  const { taken } = (words ?? {}) as { taken?: unknown };
  return Number.isSafeInteger(taken) ? taken as number : undefined;
}
