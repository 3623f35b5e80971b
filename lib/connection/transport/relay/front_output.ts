import type { Batch } from "../../../base/batch.ts";
import { SLOW_MARK } from "../../../base/limits.ts";
import type { Mark } from "../../../base/mark.ts";
import type { PartAt, Transport } from "../../../contract.ts";
import type { FrontLeg } from "./front_leg.ts";
import { Gathering } from "./gathering.ts";
import { costOf } from "./relay_end.ts";

// Bytes that wait for a client while the server that sends them is told of all of them as taken.
const FEW = SLOW_MARK / 2;

// Bytes after which that server is told that the client has taken some: it has to see that a slow one reads.
const STEP = 64 * 1024;

/**
 * Messages of the server that serves a client: they go to the client's transport, and that server is told how much of
 * them the client has taken.
 */
export class FrontOutput {
  readonly #leg: () => FrontLeg | undefined;
  #transport: Transport | undefined;
  /** Bytes that came, as they count on their way, and that the server does not know to be taken. */
  #owed = 0;
  #isDraining = false;
  #isInMessage = false;
  readonly #gathering = new Gathering();
  #seen: Mark | undefined;

  /** @param leg The way to the server; undefined while there is none. */
  constructor(leg: () => FrontLeg | undefined) {
    this.#leg = leg;
  }

  /** The last numbered message, from whatever server. */
  get seen(): Mark | undefined {
    return this.#seen;
  }

  /** Whether the client has got some parts of a message, and not the last: then it can get nothing else. */
  get isInMessage(): boolean {
    return this.#isInMessage;
  }

  attach(transport: Transport): void {
    this.#transport = transport;
  }

  /** Sends messages; answers false where that cannot be. */
  send(batch: Batch): boolean {
    const transport = this.#transport;
    if (!transport || this.#isInMessage || this.#gathering.hasBegun) return false;
    const cost = costOf(batch);
    this.#pass(transport, batch);
    this.#sent(transport, cost);
    return true;
  }

  /** Takes a piece of a message, which the client gets when it has the last; answers false where that cannot be. */
  sendPiece(piece: Batch, isLast: boolean): boolean {
    const transport = this.#transport;
    if (!transport || this.#isInMessage) return false;
    const cost = costOf(piece);
    const message = this.#gathering.add(piece, isLast);
    if (message === "tooLarge") return false;
    if (message) this.#pass(transport, message);
    this.#sent(transport, cost);
    return true;
  }

  #pass(transport: Transport, batch: Batch): void {
    const { mark } = batch;
    if (mark) this.#seen = { log: mark.log, number: mark.number + batch.size - 1 };
    transport.send(batch);
  }

  /** Sends a part of a message; answers false where that cannot be. */
  sendPart(part: Batch, at: PartAt): boolean {
    const transport = this.#transport;
    if (!transport?.sendPart || this.#gathering.hasBegun) return false;
    if (this.#isInMessage !== (at !== "first")) return false;
    this.#isInMessage = at !== "last";
    const cost = costOf(part);
    transport.sendPart(part, at);
    this.#sent(transport, cost);
    return true;
  }

  /** Pings the client, and tells that server of its pong. */
  ping(id: number, payload: Uint8Array): void {
    const leg = this.#leg();
    const pong = this.#transport?.ping?.(payload.slice()) ?? Promise.resolve(undefined);
    pong.then((payload) => leg?.pong(id, payload));
  }

  /** The server serves it no more: what was sent from there is with the client, or with its transport. */
  forget(): void {
    this.#gathering.drop();
    this.#owed = 0;
  }

  #sent(transport: Transport, cost: number): void {
    this.#owed += cost;
    if (transport.isAway) {
      // It keeps what it may, whoever made that.
      const dropped = transport.shed?.() ?? 0;
      if (dropped > 0) this.#leg()?.dropped(dropped);
      this.#credit(0);
    } else if (transport.bufferedAmount <= FEW) this.#credit(0);
    else if (!this.#isDraining) this.#drain(transport);
  }

  async #drain(transport: Transport): Promise<void> {
    this.#isDraining = true;
    for (let waits = transport.bufferedAmount, before; waits > FEW;) {
      before = waits;
      await transport.drained(Math.max(FEW, before - STEP));
      waits = transport.bufferedAmount;
      // One that is closing never drains, and its server waits for nothing.
      if (waits >= before) break;
      if (waits > FEW) this.#credit(waits);
    }
    this.#isDraining = false;
    this.#credit(0);
  }

  /** @param waits Bytes that the client has not taken. */
  #credit(waits: number): void {
    const bytes = this.#owed - waits;
    if (bytes <= 0) return;
    this.#owed -= bytes;
    this.#leg()?.credit(bytes);
  }
}
