import type { Feed } from "../../lib/process/feed.ts";
import type { Source } from "../../lib/process/piece.ts";
import { Stdin, type StdinOptions } from "../../lib/process/stdin.ts";

/** The input of a process that one source talks to. */
export class Single {
  readonly source: Source = { waiting: 0 };
  readonly #queue: Stdin;
  readonly #feed: Feed;

  constructor(stdin: WritableStream<Uint8Array>, options: StdinOptions) {
    this.#queue = new Stdin(options);
    this.#feed = this.#queue.feed(stdin);
  }

  get lost(): number {
    return this.#feed.lost;
  }

  get queued(): number {
    return this.#queue.bufferedAmount;
  }

  write(data: string | Uint8Array): boolean {
    return this.#queue.add(this.source, "message", data);
  }

  drained(amount?: number): Promise<void> {
    return this.#queue.drained(amount);
  }

  end(patience: number): Promise<void> {
    return this.#feed.end(patience);
  }

  abandon(): void {
    this.#feed.abandon();
  }
}
