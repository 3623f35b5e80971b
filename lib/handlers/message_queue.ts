/** A message: a string from a text frame, bytes from a binary one. */
export type Message = string | Uint8Array;

// What a message costs beside its data, so that empty ones are bounded as well.
const OVERHEAD = 64;

/** Messages in their order, and how much memory they hold. */
export class MessageQueue {
  #messages: Message[] = [];
  /** Where the oldest is. */
  #first = 0;
  #bytes = 0;

  /** How many there are. */
  get size(): number {
    return this.#messages.length - this.#first;
  }

  /** Bytes of their data and of what each costs beside it; a character counts as one. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds one behind all others; bytes are copied, because they may be reused after the call. */
  push(data: Message): void {
    this.#messages.push(typeof data === "string" ? data : data.slice());
    this.#bytes += data.length + OVERHEAD;
  }

  /** Takes out the oldest; undefined where there is none. */
  shift(): Message | undefined {
    if (this.size === 0) return undefined;
    const data = this.#messages[this.#first] as Message;
    this.#messages[this.#first++] = "";
    this.#bytes -= data.length + OVERHEAD;
    // Only now and then, because it moves all that is left.
    if (this.#first >= 1024 && 2 * this.#first >= this.#messages.length) {
      this.#messages = this.#messages.slice(this.#first);
      this.#first = 0;
    }
    return data;
  }

  /** The last so many, the oldest of them first. */
  last(count: number): Message[] {
    return this.#messages.slice(this.#messages.length - Math.min(count, this.size));
  }
}
