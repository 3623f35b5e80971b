import { inTime } from "./in_time.ts";

/** Lines of a stream as they come, kept, so that a test can wait for one that may have come already. */
export class Lines {
  readonly all: string[] = [];
  readonly #ended: Promise<void>;
  #wake = Promise.withResolvers<void>();
  #done = false;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#ended = this.#read(stream);
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    let rest = "";
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      this.all.push(...lines);
      this.#wake.resolve();
      this.#wake = Promise.withResolvers();
    }
    if (rest) this.all.push(rest);
    this.#done = true;
    this.#wake.resolve();
  }

  /** The first line that matches, also one that has come already; fails at the end of the stream. */
  until(pattern: RegExp): Promise<string> {
    return this.after(0, pattern);
  }

  /** The same, but not among so many lines from the beginning on. */
  async after(known: number, pattern: RegExp): Promise<string> {
    const missing = () => `a line that matches ${pattern}, after:\n${this.all.join("\n")}`;
    for (let seen = known;; await inTime(this.#wake.promise, missing)) {
      for (; seen < this.all.length; seen++) {
        const line = this.all[seen] as string;
        if (pattern.test(line)) return line;
      }
      if (this.#done) throw new Error(`no line matches ${pattern} in:\n${this.all.join("\n")}`);
    }
  }

  /** Resolves at the end of the stream. */
  get ended(): Promise<void> {
    return this.#ended;
  }
}
