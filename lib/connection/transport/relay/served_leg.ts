import type { Batch } from "../../../base/batch.ts";
import type { LegWay } from "./leg_way.ts";
import type { BackEnd } from "./relay_end.ts";
import { KIND } from "./relay_frame.ts";

/** The number of a relay that another server has opened. */
export class ServedLeg {
  readonly #link: LegWay;
  readonly #number: number;

  constructor(link: LegWay, number: number) {
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

  /** Ends the client, which has come to its end here. */
  over(): void {
    this.forget();
    this.#link.put(KIND.over, this.#number);
  }

  /** Ends the serving here alone: the client may be served elsewhere. */
  gone(why: string): void {
    this.forget();
    this.#link.put(KIND.gone, this.#number, why);
  }

  forget(): void {
    this.#link.forgetBack(this.#number);
  }
}
