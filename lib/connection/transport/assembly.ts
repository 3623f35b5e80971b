import { letGo } from "../../base/let_go.ts";
import { ROOM_BEFORE, ROOM_BEHIND } from "../../base/batch.ts";

// Room for so much is made at once. A client that only says that it sends more gets no more than twice what
// it has sent, and who sends it in many parts does not have it copied for each.
const SMALL = 4096;

const EMPTY = new Uint8Array(0);

/** A message that comes in parts: in several frames, or in several reads of the socket. */
export class Assembly {
  readonly binary: boolean;
  /** Whether its bytes are those of a compressed message. */
  readonly compressed: boolean;
  /** When the first of the empty frames came that are its latest, as `performance.now()` tells. */
  emptySince: number | undefined;
  /** With room before and behind. */
  #bytes = EMPTY;
  #room = 0;
  #length = 0;

  constructor(binary: boolean, compressed = false) {
    this.binary = binary;
    this.compressed = compressed;
  }

  /** Bytes that have come. */
  get length(): number {
    return this.#length;
  }

  /** The bytes that have come; in their buffer there is room before and behind them. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(ROOM_BEFORE, ROOM_BEFORE + this.#length);
  }

  /** Whether its memory is hardly more than what has come. */
  get isTight(): boolean {
    return this.#room <= 1.25 * this.#length;
  }

  /**
   * Copies what comes next.
   *
   * @param most The bytes that the message can have in the end.
   */
  add(part: Uint8Array, most: number): void {
    const length = this.#length + part.length;
    if (length > this.#room || this.#bytes === EMPTY) {
      this.#room = Math.min(Math.max(SMALL, length, 2 * this.#room), most);
      const grown = new Uint8Array(ROOM_BEFORE + this.#room + ROOM_BEHIND);
      grown.set(this.bytes, ROOM_BEFORE);
      letGo(this.#bytes);
      this.#bytes = grown;
    }
    this.emptySince = undefined;
    this.#bytes.set(part, ROOM_BEFORE + this.#length);
    this.#length = length;
  }
}
