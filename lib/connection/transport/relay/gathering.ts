import { Batch } from "../../../base/batch.ts";
import { joined } from "../../../base/joined.ts";
import { RelayError } from "./relay_frame.ts";

/** Bytes of a message where there is no limit: what one buffer holds everywhere. */
const MOST = 2 ** 31 - 1;

/** A message that crosses in pieces, as far as it has come. */
export class Gathering {
  readonly #most: number;
  #pieces: Batch[] = [];
  #length = 0;

  /** @param most Bytes of a message; 0, the default, means no limit. */
  constructor(most = 0) {
    this.#most = most || MOST;
  }

  /** Whether a message has begun, so that nothing else can come. */
  get hasBegun(): boolean {
    return this.#pieces.length > 0;
  }

  /**
   * Takes its next piece.
   *
   * @returns The message, when that was the last; `"tooLarge"` as soon as it is.
   * @throws {RelayError} If it is no piece of that.
   */
  add(piece: Batch, isLast: boolean): Batch | "tooLarge" | undefined {
    const [first = piece] = this.#pieces;
    if (piece.binary !== first.binary) throw new RelayError("A message is text, and it is not");
    this.#pieces.push(piece);
    this.#length += piece.length;
    const length = this.#length;
    if (length <= this.#most && !isLast) return undefined;
    const pieces = this.#pieces;
    this.drop();
    if (length > this.#most) return "tooLarge";
    const bytes = joined(pieces.map((one) => one.bytesAt(0)), length);
    const message = new Batch(first.binary, bytes, [0, length]);
    return first.mark ? message.marked(first.mark) : message;
  }

  /** Forgets what has come: the rest never does. */
  drop(): void {
    this.#pieces = [];
    this.#length = 0;
  }
}
