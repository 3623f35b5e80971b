import type { Heard } from "./heard.ts";

const MAX_HELD = 4 * 1024 * 1024;

/** Messages that come over the channel of a topic while those before them are being read: 4 MiB at most. */
export class HeldBack {
  #all: Heard[] = [];
  #bytes = 0;
  /** How many of them Redis had said before it was asked last. */
  #known = 0;

  /** Redis is about to be asked: whatever counts of what is here is among what it answers. */
  asks(): void {
    this.#known = this.#all.length;
  }

  /**
   * Adds something.
   *
   * @returns Whether there was room; where there was none, all of it is gone, and to be read.
   */
  add(heard: Heard): boolean {
    this.#all.push(heard);
    this.#bytes += heard.bytes;
    if (this.#bytes <= MAX_HELD) return true;
    this.take();
    return false;
  }

  /** Takes all out: what Redis had said before it was asked last, and what it has said later. */
  take(): { readonly known: readonly Heard[]; readonly later: readonly Heard[] } {
    const [all, known] = [this.#all, this.#known];
    [this.#all, this.#bytes, this.#known] = [[], 0, 0];
    return { known: all.slice(0, known), later: all.slice(known) };
  }
}
