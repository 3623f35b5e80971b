import type { Connection } from "../contract.ts";
import type { Feed } from "./feed.ts";
import type { Source } from "./piece.ts";
import { Stdin, type StdinOptions } from "./stdin.ts";

/** Options of {@linkcode ClientInput}. */
export interface ClientInputOptions extends Pick<StdinOptions, "meter"> {
  /** Bytes that may wait where the client cannot be held back. */
  readonly maxQueue: number;
}

// So many bytes may wait before the client is held back: enough for whoever reads to go on without a pause, and
// so little that what has waited is still cheap to throw away.
const HOLD = 64 * 1024;

/**
 * Input of one client to a process or a service of its own. While that does not read, the client is held
 * back, where its engine can; otherwise what waits is bounded.
 */
export class ClientInput {
  readonly #stdin: Stdin;
  /** Bytes that may wait before the client is held back. */
  readonly #hold: number;
  readonly #source: Source & { held: boolean } = { waiting: 0, held: false };
  #client: Pick<Connection, "pause" | "resume"> | undefined;

  constructor(options: ClientInputOptions) {
    this.#stdin = new Stdin(options);
    this.#hold = Math.min(HOLD, options.maxQueue / 2);
  }

  /** Says who is to be held back. */
  from(client: Pick<Connection, "pause" | "resume">): void {
    this.#client = client;
  }

  /** Writes to a process or a service from now on. */
  feed(stdin: WritableStream<Uint8Array>): Feed {
    return this.#stdin.feed(stdin);
  }

  /**
   * Takes text, or bytes, which are given away with their buffer.
   *
   * @returns false, and takes nothing, where too much waits.
   */
  add(data: Uint8Array | string): boolean {
    const isMuch = this.#stdin.bufferedAmount + data.length > this.#hold;
    const holds = isMuch && !this.#source.held && this.#client?.pause() === true;
    if (holds) this.#source.held = true;
    const taken = this.#stdin.add(this.#source, "message", data);
    if (holds) this.#release();
    return taken;
  }

  /** Lets the client go on when there is room again. */
  async #release(): Promise<void> {
    await this.#stdin.drained(this.#hold / 2);
    this.#source.held = false;
    this.#client?.resume();
  }
}
