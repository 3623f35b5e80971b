import type { Carry } from "../../../lib/bus/local/memory_channels.ts";

/** A way that somebody can shut: what comes meanwhile waits, as for a process that is stopped. */
export class Gate {
  #waiting: (() => void)[] | undefined;

  /** The way. */
  readonly carry: Carry = (deliver) => {
    if (this.#waiting) this.#waiting.push(deliver);
    else queueMicrotask(() => this.#waiting ? this.#waiting.push(deliver) : deliver());
  };

  /** Lets nothing through any more. */
  shut(): void {
    this.#waiting ??= [];
  }

  /** Lets everything through, in order. */
  open(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const deliver of waiting) deliver();
  }
}
