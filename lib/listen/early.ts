import type { Socket } from "node:net";
import { joined } from "../base/joined.ts";

// So much comes with a request at once, in bytes.
const MOST = 64 * 1024;

/**
 * The bytes that a client sends before its request for an upgrade is answered. Nobody else reads then (node:http,
 * Deno 2.9), and that a client leaves is seen only where somebody reads.
 */
export class Early {
  readonly #socket: Socket;
  readonly #chunks: [Uint8Array, ...Uint8Array[]];
  readonly #full: () => void;
  #length: number;

  /**
   * Begins to read.
   *
   * @param head The bytes that came together with the request.
   * @param full Called when there are more than a client may send that way.
   */
  constructor(socket: Socket, head: Uint8Array, full: () => void) {
    this.#socket = socket;
    this.#chunks = [head];
    this.#length = head.length;
    this.#full = full;
    socket.on("data", this.#take);
  }

  readonly #take = (chunk: Uint8Array): void => {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length > MOST) this.#full();
  };

  /** Leaves the rest to whoever reads next, which MUST begin at once, and gives away what came. */
  end(): Uint8Array {
    this.#socket.off("data", this.#take);
    const [first, ...others] = this.#chunks;
    if (others.length === 0) return first;
    return joined(this.#chunks, this.#length);
  }
}
