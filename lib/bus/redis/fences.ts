import { Latest } from "../../base/latest.ts";

// Names of which the last fence is remembered.
const REMEMBERED = 1_000;

/** The last fences of names that a server has heard of, so that it is seen where Redis has forgotten one. */
export class Fences {
  readonly #last = new Latest<string, number>(REMEMBERED);

  /** The last of a name; 0 where none is remembered. */
  of(name: string): number {
    return this.#last.get(name) ?? 0;
  }

  note(name: string, fence: number): void {
    this.#last.note(name, fence);
  }

  /** Remembers none of them any more. */
  clear(): void {
    this.#last.clear();
  }
}
