import { CLOSE_TIMEOUT } from "../../../base/limits.ts";
import type { Transport } from "../../../contract.ts";
import type { FrontLeg } from "./front_leg.ts";
import { KIND } from "./relay_frame.ts";
import { SEARCH_TIME } from "./server_search.ts";

/** A close code, with its reason. */
export type Close = readonly [code: number, reason: string];

/**
 * The end of a client: what its transport tells of it, to each server that serves it; and its close, by such a server or
 * this one. How the client's own close is to be answered, a server says as well.
 */
export class FrontEnding {
  #transport: Transport | undefined;
  #isClosing = false;
  #hasSentAll = false;
  /** The close that the client has sent, and how its transport has ended. */
  #wish: Close | undefined;
  #end: Close | undefined;
  /** Whether its close waits for an answer. */
  #isAsking = false;
  /** Resolves when its close is answered. */
  readonly #answer = Promise.withResolvers<void>();
  /** Whether its handler answers who has sent all; asked where it has no WebSocket. */
  readonly #answersEnd = Promise.withResolvers<boolean>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  attach(transport: Transport): void {
    this.#transport = transport;
  }

  /** Whether nothing more is taken of the client, which is being closed. */
  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** Whether its transport is closed. */
  get isClosed(): boolean {
    return this.#end !== undefined;
  }

  get answersEnd(): Promise<boolean> {
    return this.#answersEnd.promise;
  }

  /** @param isSo Whether who has sent all is answered; the first word counts. */
  answers(isSo: boolean): void {
    this.#answersEnd.resolve(isSo);
  }

  /** Closes it, whatever it has said. */
  close(code: number, reason: string, patience?: number): void {
    this.#isClosing = true;
    this.#transport?.close(code, reason, patience);
    this.#answered();
  }

  /** Closes it because nobody serves it; a close of its own is answered with its own code. */
  giveUp(code: number, reason: string): void {
    if (this.#wish) this.agree();
    else this.close(code, reason);
  }

  /** Has its close answered with its own code. */
  agree(): void {
    if (!this.#wish) return;
    this.#isClosing = true;
    this.#answered();
  }

  #answered(): void {
    this.#isAsking = false;
    // After its end, that is the time for what is left.
    if (!this.#end) clearTimeout(this.#timer);
    this.#answer.resolve();
  }

  /** The client has sent all. */
  sentAll(leg: FrontLeg | undefined): void {
    this.#hasSentAll = true;
    leg?.tell(KIND.ended);
  }

  /** The client closes; resolves when that is answered. */
  closing(wish: Close, leg: FrontLeg | undefined): Promise<void> {
    this.#wish = wish;
    leg?.tell(KIND.closing, ...wish);
    this.#isAsking = true;
    this.#wait();
    return this.#answer.promise;
  }

  /** The server has sent something: where its answer to the client's close is waited for, that is behind what it sends. */
  goesOn(): void {
    if (this.#isAsking) this.#wait();
  }

  #wait(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.agree(), CLOSE_TIMEOUT);
  }

  /** The transport is closed. */
  closed(end: Close, leg: FrontLeg | undefined): void {
    this.#answered();
    this.#end = end;
    this.answers(false);
    leg?.tell(KIND.closed, ...end);
  }

  /** Calls so much later where no server has taken all that the client has sent. */
  within(late: () => void): void {
    this.#timer = setTimeout(late, SEARCH_TIME);
  }

  /** Waits for nothing more. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Tells another server all that the client has said of its end. */
  tellAll(leg: FrontLeg): void {
    if (this.#hasSentAll) leg.tell(KIND.ended);
    if (this.#wish) leg.tell(KIND.closing, ...this.#wish);
    if (this.#end) leg.tell(KIND.closed, ...this.#end);
  }
}
