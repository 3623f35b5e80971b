import { ID_LENGTH } from "./record.ts";

/** Ids that are remembered: as many as there can be servers and busy topics, and a power of two. */
const SLOTS = 64;

interface Slot {
  readonly words: readonly [number, number, number, number];
  readonly id: string;
}

/**
 * The texts of ids that were read last: the same few come again and again, and to make the text of each anew was measured
 * to be a fifth of all work.
 */
export class IdCache {
  readonly #slots: (Slot | undefined)[] = new Array(SLOTS).fill(undefined);

  /**
   * The id at a place.
   *
   * @param make Makes the text where it is not remembered.
   */
  read(view: DataView, at: number, make: (bytes: Uint8Array) => string): string {
    const [a, b] = [view.getUint32(at), view.getUint32(at + 4)];
    const [c, d] = [view.getUint32(at + 8), view.getUint32(at + 12)];
    const index = Math.imul(a ^ b ^ c ^ d, 0x9e3779b1) >>> 26;
    const slot = this.#slots[index];
    if (slot) {
      const { words } = slot;
      if (words[0] === a && words[1] === b && words[2] === c && words[3] === d) return slot.id;
    }
    const id = make(new Uint8Array(view.buffer, view.byteOffset + at, ID_LENGTH));
    this.#slots[index] = { words: [a, b, c, d], id };
    return id;
  }
}
