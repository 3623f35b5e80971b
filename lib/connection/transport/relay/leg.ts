import type { Batch } from "../../../base/batch.ts";

/** The part of a link that its legs need. */
export interface LegWay {
  readonly peer: string;
  readonly isFull: boolean;
  /** Sends a frame behind all others. */
  put(kind: number, ...fields: readonly (number | string | Uint8Array)[]): void;
  /** Sends messages to a leg: those that go to several legs in one go cross once. */
  send(leg: number, batch: Batch): void;
  /** Tells that so many bytes were taken, together with others. */
  credit(leg: number, bytes: number): void;
}

/** The number of a relay on a link, and who is told at this end of it. */
export class Leg<End> {
  protected readonly way: LegWay;
  protected readonly number: number;
  readonly #ends: Map<number, End>;

  /** @param ends Those of its side that are told, by their numbers. */
  constructor(way: LegWay, number: number, ends: Map<number, End>) {
    this.way = way;
    this.number = number;
    this.#ends = ends;
  }

  /** The other server. */
  get peer(): string {
    return this.way.peer;
  }

  /** Whether this end is told of what comes. */
  get isThere(): boolean {
    return this.#ends.has(this.number);
  }

  /** Has an end told from now on. */
  listen(end: End): void {
    this.#ends.set(this.number, end);
  }

  /** Frees its number: whatever still comes is nobody's. */
  forget(): void {
    this.#ends.delete(this.number);
  }

  /** Tells the other end something. */
  tell(kind: number, ...fields: readonly (number | string | Uint8Array)[]): void {
    this.way.put(kind, this.number, ...fields);
  }
}
