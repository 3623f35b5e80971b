import { ownBody } from "../../base/own_body.ts";
import type { Decoder, Gauge } from "../../contract.ts";
import { CgiBlock } from "./cgi_block.ts";
import { type CgiHead, CgiHeadError, parseHead } from "./cgi_head.ts";

/**
 * The output of a script as the answer that it is: first the head, then the body as it comes.
 *
 * One chunk waits for a slow reader; while it does, `bufferedAmount` says so, and the script's output is
 * not read.
 */
export class CgiAnswer implements Decoder, Gauge {
  /** Rejects with a `CgiHeadError` where there is none. */
  readonly head: Promise<CgiHead>;
  readonly body: ReadableStream<Uint8Array>;
  /** Resolves when nothing more is sent. */
  readonly finished: Promise<void>;
  readonly #head = Promise.withResolvers<CgiHead>();
  readonly #finished = Promise.withResolvers<void>();
  #block: CgiBlock | undefined = new CgiBlock();
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #discarding = false;
  #wake: (() => void) | undefined;
  #length: number | undefined;
  #taken = 0;

  /** @param cancelled Called when the server wants no more of the body. */
  constructor(cancelled: () => void) {
    this.head = this.#head.promise;
    // Whoever asks for it later is told.
    this.head.catch(() => {});
    this.finished = this.#finished.promise;
    this.body = ownBody(
      new ReadableStream({
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#wake?.(),
        cancel: cancelled,
      }),
    );
  }

  /** Whether the script has said what the answer is. */
  get begun(): boolean {
    return this.#block === undefined;
  }

  /** Bytes of the body that are announced and have not come; negative where more came than announced. */
  get missing(): number {
    return this.#length === undefined ? 0 : this.#length - this.#taken;
  }

  /** Whether a length was announced and all of it came. */
  get complete(): boolean {
    return this.#length !== undefined && this.#taken >= this.#length;
  }

  /** Anything but 0 while the client has to take what is there. */
  get bufferedAmount(): number {
    return this.#discarding || (this.#controller?.desiredSize ?? 0) > 0 ? 0 : Infinity;
  }

  /** Resolves when the client is ready for more. */
  drained(): Promise<void> {
    return new Promise((resolve) => this.#wake = resolve);
  }

  push(chunk: Uint8Array): number {
    if (this.#block) {
      const rest = this.#block.push(chunk);
      if (!rest) return 0;
      const head = parseHead(this.#block.text);
      this.#block = undefined;
      this.#length = head.length;
      this.#head.resolve(head);
      chunk = rest;
    }
    const wanted = this.#length === undefined
      ? chunk
      : chunk.subarray(0, Math.max(0, this.missing));
    this.#taken += chunk.length;
    // A copy, because the chunk's memory is used again.
    if (wanted.length > 0 && !this.#discarding) this.#controller?.enqueue(wanted.slice());
    return 1;
  }

  end(): void {
    // Whether that is the end of an answer depends on how the script ends.
  }

  /** Sends no body: the length that was announced is that of an answer to another request. */
  withoutBody(): void {
    this.#length = undefined;
    this.discard();
  }

  /** From now on the output is thrown away. */
  discard(): void {
    this.#discarding = true;
    this.#wake?.();
  }

  /**
   * Ends the answer.
   *
   * @param problem Why it is not all of it; the client sees a body that breaks off.
   */
  finish(problem?: string): void {
    this.#head.reject(new CgiHeadError(problem ?? "There is no answer"));
    try {
      if (problem === undefined) this.#controller?.close();
      else this.#controller?.error(new Error(problem));
    } catch {
      // Cancelled: nobody wants it any more.
    }
    this.discard();
    this.#finished.resolve();
  }
}
