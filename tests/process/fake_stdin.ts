/** One write that a {@linkcode FakeStdin} was given and has not taken yet. */
export interface Write {
  readonly bytes: Uint8Array;
  readonly text: string;
  /** The process reads it. */
  take(): void;
  /** The process has closed its input. */
  fail(): void;
}

/** The input of a process that reads when a test says so. */
export class FakeStdin {
  readonly stream: WritableStream<Uint8Array>;
  readonly #writes: Write[] = [];
  #arrival = Promise.withResolvers<void>();
  #signal: AbortSignal | undefined;

  constructor() {
    this.stream = new WritableStream({
      start: (controller) => {
        this.#signal = controller.signal;
      },
      write: (chunk) => {
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        this.#writes.push({
          bytes: chunk.slice(),
          text: new TextDecoder().decode(chunk),
          take: resolve,
          fail: () => reject(new Deno.errors.BrokenPipe("EPIPE")),
        });
        this.#arrival.resolve();
        this.#arrival = Promise.withResolvers();
        return promise;
      },
    });
  }

  /** Whether it was closed, also under a write. */
  get closed(): boolean {
    return this.#signal?.aborted ?? false;
  }

  /** The next write, when it comes. */
  async next(): Promise<Write> {
    for (;;) {
      const write = this.#writes.shift();
      if (write) return write;
      await this.#arrival.promise;
    }
  }

  /** Takes writes until there were so many bytes, and answers them as text. */
  async takeBytes(count: number): Promise<string> {
    const decoder = new TextDecoder();
    let text = "";
    for (let taken = 0; taken < count;) {
      const write = await this.next();
      text += decoder.decode(write.bytes, { stream: true });
      taken += write.bytes.length;
      write.take();
    }
    return text;
  }
}
