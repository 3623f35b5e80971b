import type { Socket } from "node:net";
import { SEND_LOOKS } from "../base/limits.ts";

/** A client that may take nothing of what waits for it, as it is looked at from time to time. */
export class SlowReader {
  /** Whether it may take its time with the answer under way. */
  takesTime = false;
  readonly #socket: Socket;
  #written = 0;
  #waiting = 0;
  /** Looks, one after the other, at which nothing of it had left. */
  #still = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /**
   * Looks at it once more.
   *
   * @returns Whether it has taken nothing for so many looks. They are counted, and no clock is asked: where this machine
   * stood still, that was no fault of the client.
   */
  isStuck(): boolean {
    const { bytesWritten, writableLength } = this.#socket;
    const isStill = writableLength > 0 && writableLength === this.#waiting &&
      bytesWritten === this.#written;
    this.#written = bytesWritten;
    this.#waiting = writableLength;
    this.#still = isStill && !this.takesTime ? this.#still + 1 : 0;
    return this.#still >= SEND_LOOKS;
  }
}
