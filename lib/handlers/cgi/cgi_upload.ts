/**
 * The body of a request on its way to the input of a script, no faster than the script takes it.
 *
 * What comes after the script has closed its input is read and dropped until the script is over: many
 * clients look for an answer only when they have sent everything.
 */
export class CgiUpload {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #left: number;
  /** Whether the script takes nothing more. */
  #closed = false;
  #abandoned = false;

  /**
   * @param length Bytes of the body; the input is closed after as many.
   * @param lost Called when the body ends early, because its client left.
   */
  constructor(
    stdin: WritableStream<Uint8Array>,
    body: ReadableStream<Uint8Array> | null,
    length: number,
    lost: () => void,
  ) {
    this.#writer = stdin.getWriter();
    // An error reaches whoever writes or closes; this promise has nobody else.
    this.#writer.closed.catch(() => {});
    this.#reader = length > 0 ? body?.getReader() : undefined;
    this.#left = length;
    this.#pour().then(() => {
      if (!this.done && !this.#abandoned) lost();
    });
  }

  /** Whether all of the body has come. */
  get done(): boolean {
    return this.#left === 0;
  }

  /** Closes the input at once; what is left of the body is the server's to deal with. */
  abandon(): void {
    this.#abandoned = true;
    this.#close();
    // Of a client that is gone; that is known.
    if (!this.done) this.#reader?.cancel().catch(() => {});
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    // `abort` and not `close`, which would wait for a write that the script never takes. It fails only
    // on a pipe that is broken already.
    this.#writer.abort().catch(() => {});
  }

  async #pour(): Promise<void> {
    try {
      while (this.#reader && this.#left > 0) {
        const { value, done } = await this.#reader.read();
        if (done) break;
        const chunk = value.subarray(0, this.#left);
        this.#left -= chunk.length;
        if (!this.#closed) await this.#write(chunk);
      }
    } catch {
      // The engine's word for a client that is gone.
    }
    this.#close();
  }

  async #write(chunk: Uint8Array): Promise<void> {
    try {
      await this.#writer.write(chunk);
    } catch {
      // EPIPE: it need not read what it does not want (RFC 3875 §4.2).
      this.#close();
    }
  }
}
