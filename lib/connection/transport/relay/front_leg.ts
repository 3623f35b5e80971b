import type { Batch } from "../../../base/batch.ts";
import { batchWords } from "./batch_words.ts";
import type { LegWay } from "./leg_way.ts";
import { parted } from "./parted.ts";
import type { Abilities } from "./relay_end.ts";
import { KIND } from "./relay_frame.ts";

const NOTHING = new Uint8Array(0);

/** The number of a relay that was opened here. */
export class FrontLeg {
  readonly #link: LegWay;
  readonly #number: number;

  constructor(link: LegWay, number: number) {
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

  /** Frees its number: the client has ended. */
  forget(): void {
    this.#link.forgetFront(this.#number);
  }
}
