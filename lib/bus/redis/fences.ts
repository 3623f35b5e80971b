// Names of which the last fence is remembered.
const REMEMBERED = 1_000;

/** The last fences of names that a server has heard of, so that it is seen where Redis has forgotten one. */
export class Fences {
  readonly #last = new Map<string, number>();

  /** The last of a name; 0 where none is remembered. */
  of(name: string): number {
    return this.#last.get(name) ?? 0;
  }

  note(name: string, fence: number): void {
    this.#last.delete(name);
    this.#last.set(name, fence);
    if (this.#last.size <= REMEMBERED) return;
    for (const oldest of this.#last.keys()) {
      this.#last.delete(oldest);
      break;
    }
  }

  /** Remembers none of them any more. */
  clear(): void {
    this.#last.clear();
  }
}
