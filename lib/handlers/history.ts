import { MAX_HISTORY } from "../base/limits.ts";
import { type Message, MessageQueue } from "./message_queue.ts";

/** The last messages of a room, for those who come later: so many of them, and no more than 16 MiB. */
export class History {
  readonly #messages = new MessageQueue();

  /** Bytes of memory. */
  get bytes(): number {
    return this.#messages.bytes;
  }

  /** Remembers a message, and forgets those that are older than the last `count`. */
  add(data: Message, count: number): void {
    this.#messages.push(data);
    this.trim(count);
  }

  /** Forgets all but the last `count`. */
  trim(count: number): void {
    while (this.#messages.size > count || this.bytes > MAX_HISTORY) this.#messages.shift();
  }

  /** The last `count`, the oldest of them first. */
  last(count: number): readonly Message[] {
    return this.#messages.last(count);
  }
}
