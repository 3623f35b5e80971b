import type { Batch } from "../../../base/batch.ts";
import { counted } from "../../../base/counted.ts";
import { messageOf } from "../../../base/errors.ts";
import { GOODBYE_TIMEOUT, MAX_QUEUE, SLOW_MARK } from "../../../base/limits.ts";
import type { Mark } from "../../../base/mark.ts";
import type { Transport, TransportEvents } from "../../../contract.ts";
import type { Member, Roster } from "../../roster.ts";
import type { Relay, Ticket } from "../../ticket.ts";
import type { FrontLeg } from "./front_leg.ts";
import { KeptInput } from "./kept_input.ts";
import { costOf, type FrontEnd, MOST_RELAYED, RELAY_WINDOW } from "./relay_end.ts";
import { KIND } from "./relay_frame.ts";
import {
  type RelayAnswer,
  SEARCH_TIME,
  ServerSearch,
  type ServerSearchOptions,
} from "./server_search.ts";

/** Options of {@linkcode Relaying}. */
export interface RelayingOptions extends ServerSearchOptions {
  readonly id: string;
  readonly roster: Roster;
  /** This server. */
  readonly self: string;
  /** Messages that the server may have used that serves it no more. */
  lost?(count: number): void;
}

const GONE: readonly [number, string] = [1012, "The server of the session has gone"];

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
  readonly #kept = new KeptInput();
  #isServed = false;
  /** The service that it has, or had last. */
  #service: { readonly fence: number | undefined } | undefined;
  #seen: Mark | undefined;
  #isHeldBack = false;
  #isDraining = false;
  #owed = 0;
  /** The client is being closed: by that server, or by this one. */
  #isClosing = false;
  /** The client has closed, and how its transport has. */
  #wish: readonly [code: number, reason: string] | undefined;
  #end: readonly [code: number, reason: string] | undefined;
  #isOver = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: RelayingOptions) {
    this.id = options.id;
    this.#options = options;
    this.#search = new ServerSearch(this, options);
  }

  get #leg(): FrontLeg | undefined {
    return this.#search.leg;
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
    const before = this.#service && { ...this.#service, seen: this.#seen };
    return this.#search.begin({ isThere: this.#transport !== undefined, before, signal });
  }

  accepted(words: unknown): void {
    this.#search.answered({ isAccepted: true, words });
  }

  refused(words: unknown): void {
    this.#forget();
    this.#search.answered({ isAccepted: false, words });
  }

  #forget(): void {
    this.#search.forget();
    this.#isServed = false;
  }

  /** Nobody wants it after all. */
  abandon(): void {
    this.#isOver = true;
    this.#search.end();
    this.#isServed = false;
  }

  /** Takes the events of the client's transport. */
  attach(transport: Transport, ends: Pick<Ticket, "left" | "abandon">): TransportEvents {
    this.#transport = transport;
    this.#ends = ends;
    return this;
  }

  opened(): void {
    this.#isOpened = true;
    if (this.#isOver) return this.#transport?.close(1001, "Opened too late");
    if (this.#leg) this.#serve(this.#leg);
    else this.#again();
  }

  #serve(leg: FrontLeg): void {
    const { self, roster } = this.#options;
    this.#isServed = true;
    this.#service = { fence: this.#search.fence };
    // Otherwise the connection on it is counted here.
    if (leg.peer === self) roster.delete(this);
    else if (!this.#end) roster.add(this);
    const transport = this.#transport;
    leg.opened({
      pings: transport?.ping !== undefined,
      compresses: transport?.compresses ?? false,
    });
    this.#kept.sendAll(leg);
    if (this.#wish) leg.tell(KIND.closing, ...this.#wish);
    if (this.#end) leg.tell(KIND.closed, ...this.#end);
  }

  received(batch: Batch): void {
    if (this.#isOver || this.#isClosing) return;
    this.activity++;
    if (batch.length > MOST_RELAYED && batch.size === 1) return this.#refuse(batch.length);
    this.#kept.add(batch, this.#isServed ? this.#leg : undefined);
    if (this.#isHeldBack || this.#kept.bytes <= RELAY_WINDOW) return;
    this.#isHeldBack = this.#transport?.pause() ?? false;
    if (this.#isHeldBack || this.#kept.bytes <= MAX_QUEUE) return;
    const reason =
      `Input comes faster than it is taken: more than ${MAX_QUEUE} bytes of this client wait`;
    this.#options.log.error("websocket", reason);
    this.#close(1013, reason);
  }

  #refuse(length: number): void {
    const reason = `A message of ${length} bytes cannot be sent to another server`;
    this.#options.log.error("websocket", reason);
    this.#close(1009, reason);
  }

  taken(asked: number, done: number): void {
    const leg = this.#leg;
    if (!leg || !this.#kept.taken(leg, asked, done)) return this.#lie();
    if (!this.#isHeldBack || this.#kept.bytes > RELAY_WINDOW / 2) return;
    this.#isHeldBack = false;
    this.#transport?.resume();
  }

  #lie(): void {
    this.#leg?.drop();
    this.broke("It asks for more than there is");
  }

  sent(batch: Batch): void {
    const transport = this.#transport;
    if (!transport || this.#isOver) return;
    this.activity++;
    this.#owed += costOf(batch);
    const { mark } = batch;
    if (mark) this.#seen = { log: mark.log, number: mark.number + batch.size - 1 };
    transport.send(batch);
    if (transport.isAway) {
      // It keeps what it may, whoever made that.
      transport.shed?.();
      this.#credit();
    } else if (transport.bufferedAmount <= SLOW_MARK / 2) this.#credit();
    else if (!this.#isDraining) this.#drain(transport);
  }

  async #drain(transport: Transport): Promise<void> {
    this.#isDraining = true;
    await transport.drained(SLOW_MARK / 2);
    this.#isDraining = false;
    this.#credit();
  }

  #credit(): void {
    if (this.#owed > 0) this.#leg?.credit(this.#owed);
    this.#owed = 0;
  }

  close(code: number, reason: string, patience: number): void {
    this.#close(code, reason, patience);
  }

  #close(code: number, reason: string, patience?: number): void {
    this.#isClosing = true;
    this.#transport?.close(code, reason, patience);
  }

  over(): void {
    this.#forget();
    this.#isOver = true;
    this.#finish();
    if (!this.#end) this.#close(...GONE);
  }

  ping(id: number, payload: Uint8Array): void {
    const leg = this.#leg;
    const pong = this.#transport?.ping?.(payload.slice()) ?? Promise.resolve(undefined);
    pong.then((payload) => leg?.pong(id, payload));
  }

  broke(why: string): void {
    const leg = this.#leg;
    if (!leg) return;
    const wasServed = this.#isServed;
    this.#forget();
    if (!wasServed) return this.#search.answered(undefined);
    const { log, isLasting } = this.#options;
    log.info("session", `Server ${leg.peer} serves it no more: ${why}`);
    this.#countLost();
    // What was sent from there is with the client, or with its transport.
    this.#owed = 0;
    if (this.#isOver) return;
    if (!isLasting) return this.#giveUp(...GONE);
    const hasAll = this.#end !== undefined && this.#kept.size === 0;
    if (this.#isClosing || hasAll) return this.#finishUnserved();
    this.#again();
  }

  #countLost(): void {
    const lost = this.#kept.lose();
    if (lost === 0) return;
    this.#options.lost?.(lost);
    this.#options.log.error(
      "session",
      `Lost ${
        counted(lost, "message")
      }: the process may have got them that has gone with its server`,
    );
  }

  /** Has somebody else serve it. */
  async #again(): Promise<void> {
    const { roster, log } = this.#options;
    if (!this.#end) roster.add(this);
    try {
      const { isAccepted, words } = await this.begin();
      const leg = this.#leg;
      if (!isAccepted) return this.#giveUp(1011, reasonIn(words));
      if (!leg || this.#isOver) return;
      log.access("session", `RELAY: server ${leg.peer} serves it now`);
      this.#serve(leg);
    } catch (error) {
      // Its client has left, and nothing of it is lost.
      if (this.#isOver) return;
      log.error("session", `Nobody serves it any more: ${messageOf(error)}`);
      this.#giveUp(1013, "No server serves it");
    }
  }

  #giveUp(code: number, reason: string): void {
    const { log, isLasting } = this.#options;
    const lost = this.#kept.clear();
    // The client of a session has them, too.
    if (lost > 0 && isLasting) {
      log.error("session", `Lost ${counted(lost, "message")} that nobody took`);
    }
    this.#close(code, reason);
    this.#finishUnserved();
  }

  /** Nobody serves it; it is over when its client has gone. */
  #finishUnserved(): void {
    this.#isOver = true;
    if (this.#end) this.#finish();
  }

  tooLarge(): void {
    this.#tell(KIND.tooLarge);
  }

  failed(message: string, code = 0): void {
    this.#tell(KIND.failed, code, message.slice(0, 200));
  }

  closing(code: number, reason: string): void {
    this.#wish = [code, reason];
    this.#tell(KIND.closing, code, reason);
  }

  readmitted(authTime: number | undefined): void {
    this.#tell(KIND.readmitted, authTime === undefined ? 0 : Math.max(1, Math.ceil(authTime)));
  }

  lost(bytes: number): void {
    this.#tell(KIND.lost, bytes);
  }

  /** Ends it, as its transport or the server wants. */
  end(code: number, reason: string, patience?: number): void {
    if (patience === undefined) return this.#tell(KIND.end, code, reason);
    if (this.#isServed && this.#leg?.peer === this.#options.self) return;
    this.#close(code, reason, Math.min(patience, GOODBYE_TIMEOUT));
  }

  #tell(kind: number, ...fields: (number | string)[]): void {
    if (this.#isServed) this.#leg?.tell(kind, ...fields);
  }

  closed(code: number, reason: string): void {
    if (this.#end) return;
    this.#end = [code, reason];
    this.#options.roster.delete(this);
    // Its place is somebody else's then.
    if (!this.#isOpened) return this.#ends?.abandon();
    this.#ends?.left();
    if (this.#isOver) return this.#finish();
    if (!this.#isServed && this.#kept.size === 0) return this.abandon();
    this.#timer = setTimeout(() => this.#expire(), SEARCH_TIME);
    if (this.#isServed) this.#leg?.tell(KIND.closed, code, reason);
  }

  #expire(): void {
    this.#search.end();
    this.#isServed = false;
    this.#giveUp(1006, "");
  }

  #finish(): void {
    clearTimeout(this.#timer);
    this.#options.roster.delete(this);
  }
}

function reasonIn(words: unknown): string {
  const { reason } = (words ?? {}) as { reason?: unknown };
  return typeof reason === "string" ? reason : "It is not served any more";
}
