import type { Batch } from "../../../base/batch.ts";
import { Fifo } from "../../../base/fifo.ts";
import { batchWords } from "./batch_words.ts";
import { Leg } from "./leg.ts";
import { parted, piecesOf } from "./parted.ts";
import {
  type Abilities,
  costOf,
  flagsOf,
  type FrontEnd,
  largestIn,
  MOST_AT_ONCE,
  RELAY_WINDOW,
} from "./relay_end.ts";
import { KIND } from "./relay_frame.ts";

const NOTHING = new Uint8Array(0);

/** Of what comes behind nothing: it is about what that server has said. */
const AHEAD: ReadonlySet<number> = new Set([KIND.grant, KIND.pong, KIND.drop]);

/** Something that waits for its turn. */
interface Waiting {
  /** The bytes that it counts on its way, where it is a piece of a message. */
  readonly cost?: number;
  /** Whether it is of the messages. */
  readonly isInput: boolean;
  send(): void;
}

/**
 * The leg of a client that is here, to the server that serves it.
 *
 * Of a message that crosses in pieces, no more than a window is on its way, and what comes behind it waits here.
 */
export class FrontLeg extends Leg<FrontEnd> {
  #waiting = new Fifo<Waiting>();
  /** Bytes of pieces that the server has not said that it has. */
  #underWay = 0;

  opened(abilities: Abilities): void {
    this.tell(KIND.opened, flagsOf(abilities));
  }

  override tell(kind: number, ...fields: readonly (number | string | Uint8Array)[]): void {
    if (this.#waiting.size === 0 || AHEAD.has(kind)) super.tell(kind, ...fields);
    else this.#waiting.push({ isInput: false, send: () => super.tell(kind, ...fields) });
  }

  input(batch: Batch): void {
    if (largestIn(batch) <= MOST_AT_ONCE) {
      if (this.#waiting.size === 0) return this.#input(batch);
      return this.#behind(() => this.#input(batch));
    }
    for (let index = 0; index < batch.size; index++) {
      const message = batch.slice(index, index + 1);
      if (message.length > MOST_AT_ONCE) this.#inPieces(message);
      else this.#behind(() => this.#input(message));
    }
  }

  #behind(send: () => void): void {
    if (this.#waiting.size === 0) send();
    else this.#waiting.push({ isInput: true, send });
  }

  #input(batch: Batch): void {
    for (const part of parted(batch)) super.tell(KIND.input, batchWords(part));
  }

  #inPieces(message: Batch): void {
    const pieces = [...piecesOf(message)];
    for (const [index, piece] of pieces.entries()) {
      const isLast = index === pieces.length - 1 ? 1 : 0;
      const send = () => super.tell(KIND.inputPiece, isLast, batchWords(piece));
      this.#waiting.push({ isInput: true, cost: costOf(piece), send });
    }
    this.#goOn();
  }

  #goOn(): void {
    for (let next; (next = this.#waiting.oldest);) {
      if (next.cost !== undefined && this.#underWay >= RELAY_WINDOW) return;
      this.#underWay += next.cost ?? 0;
      this.#waiting.shift();
      next.send();
    }
  }

  /** The server has so many bytes more of a message in pieces. */
  gathered(bytes: number): void {
    this.#underWay = Math.max(0, this.#underWay - bytes);
    this.#goOn();
  }

  /** Sends no more messages, of which that server wants none: what is to be told of their client does not wait. */
  dropInput(): void {
    this.#waiting = new Fifo([...this.#waiting].filter(({ isInput }) => !isInput));
    this.#goOn();
  }

  /** Says whether the client is away. */
  away(isAway: boolean): void {
    this.tell(KIND.away, isAway ? 1 : 0);
  }

  /** Says that messages were dropped for it while it was. */
  dropped(messages: number): void {
    this.tell(KIND.dropped, messages);
  }

  credit(bytes: number): void {
    if (this.isThere) this.way.credit(this.number, bytes);
  }

  pong(id: number, payload: Uint8Array | undefined): void {
    if (this.isThere) this.tell(KIND.pong, id, payload ? 1 : 0, payload ?? NOTHING);
  }

  override forget(): void {
    super.forget();
    this.#waiting.clear();
  }

  /** Wants nothing more of it. */
  drop(): void {
    if (!this.isThere) return;
    this.forget();
    this.tell(KIND.drop);
  }
}
