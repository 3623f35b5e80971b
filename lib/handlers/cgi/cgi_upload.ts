import type { Feed } from "../../process/feed.ts";
import type { Source } from "../../process/piece.ts";
import { Stdin } from "../../process/stdin.ts";

/**
 * The body of a request on its way to the input of a script, no faster than the script takes it.
 *
 * Bytes that come after the script has closed its input are read and dropped until the script is over:
 * many clients look for an answer only when they have sent everything.
 */
export class CgiUpload {
  readonly #stdin = new Stdin({ maxQueue: Infinity, lent: true });
  readonly #source: Source = { waiting: 0 };
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #left: number;
  #abandoned = false;

  /**
   * @param body The stream that goes to the input; null where there is nothing.
   * @param length Bytes of it; the input is closed after as many.
   */
  constructor(body: ReadableStream<Uint8Array> | null, length: number) {
    this.#reader = length > 0 ? body?.getReader() : undefined;
    this.#left = length;
  }

  /** Whether all of the body has come. */
  get done(): boolean {
    return this.#left === 0;
  }

  /**
   * Lets it flow.
   *
   * @param lost Called when the body ends early, because its client left.
   */
  feed(stdin: WritableStream<Uint8Array>, lost: () => void): Feed {
    const feed = this.#stdin.feed(stdin);
    this.#pour().then(() => {
      feed.abandon();
      if (!this.done && !this.#abandoned) lost();
    });
    return feed;
  }

  /** Nothing more is wanted; what is left of the body is the server's to deal with. */
  abandon(): void {
    this.#abandoned = true;
    // Of a client that is gone; that is known.
    if (!this.done) this.#reader?.cancel().catch(() => {});
  }

  async #pour(): Promise<void> {
    try {
      while (this.#reader && this.#left > 0) {
        const { value, done } = await this.#reader.read();
        if (done) break;
        const chunk = value.subarray(0, this.#left);
        this.#left -= chunk.length;
        // A script need not read what it does not want (RFC 3875 §4.2): then it is dropped here.
        this.#stdin.add(this.#source, "message", chunk);
        await this.#stdin.drained();
      }
      // Deno.serve (2.9) does not go on with a connection before the end of a body has been read as well; where that
      // fails, the client is gone.
      if (this.done) this.#reader?.read().catch(() => {});
    } catch {
      // The engine's word for a client that is gone.
    }
  }
}
