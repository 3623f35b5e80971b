import type { Mark } from "../../base/mark.ts";

/**
 * Remembers what was taken of one server, so that nothing is taken twice that it says again after its connection was lost.
 *
 * It remembers only the places that the server may not know of yet.
 */
export class Taken {
  #last = 0;
  readonly #marks = new Map<number, Mark>();

  /** Whether the engine has it already. */
  has(number: number): boolean {
    return number <= this.#last;
  }

  /** The place of what was taken, where the server may not know it. */
  markOf(number: number): Mark | undefined {
    return this.#marks.get(number);
  }

  /** Takes something, of a higher number than all before it. */
  add(number: number, mark: Mark): void {
    this.#last = number;
    this.#marks.set(number, mark);
  }

  /** The server knows the places of all up to a number. */
  forget(number: number): void {
    for (const oldest of this.#marks.keys()) {
      if (oldest > number) return;
      this.#marks.delete(oldest);
    }
  }
}
