import { setImmediate } from "node:timers";
import { type Descriptors, descriptors } from "../base/descriptors.ts";
import { Log } from "../base/log.ts";

const log = new Log();

// As many handshakes may be under way at once before it looks as if their clients had left.
const MANY_UNOPENED = 64;
// For so long after the last reset more of them are expected, in ms.
const WINDOW = 10_000;
// One of so many descriptors is kept from those who reset.
const SHARE = 4;

/** Options of {@linkcode ResetWatch}. */
export interface ResetWatchOptions {
  readonly descriptors?: Pick<Descriptors, "left">;
  /** Default: `performance.now`. */
  readonly now?: () => number;
}

/**
 * Watches for clients that reset their connection before their handshake is answered: each of those can leave its
 * descriptor behind for ever (Deno 2.6 to 2.9). The runtime sees the reset once it has looked at the network, and
 * keeps the descriptor where it first writes its answer. So, while there are such clients, each upgrade has a turn
 * of the event loop for itself, and the last quarter of the descriptors is kept for those who come later.
 */
export class ResetWatch {
  readonly #descriptors: Pick<Descriptors, "left">;
  readonly #now: () => number;
  /** About as many as the limit allows: few are used when a server begins. */
  readonly #most: number;
  /** Handshakes that were answered since `#since`, and of which no socket has come yet. */
  #unopened = 0;
  #since = -Infinity;
  #until = -Infinity;
  /** Requests that may pass before the descriptors have to be counted again. */
  #unseen = 0;
  #refusing = false;
  #turns = Promise.resolve();

  constructor(
    { descriptors: some = descriptors, now = () => performance.now() }: ResetWatchOptions = {},
  ) {
    this.#descriptors = some;
    this.#now = now;
    this.#most = some.left;
  }

  /** Whether there were resets lately. */
  get lately(): boolean {
    return this.#now() < this.#until;
  }

  /** Whether nobody should be let in until there are none any more. The log is told when that changes. */
  get refuses(): boolean {
    if (!this.lately) {
      this.#unseen = 0;
      if (this.#refusing) this.#change(0);
    } else if (this.#unseen-- <= 0) {
      const { left } = this.#descriptors;
      const spare = left - this.#most / SHARE;
      this.#unseen = spare >> 3;
      if (spare < 0 !== this.#refusing) this.#change(left);
    }
    return this.#refusing;
  }

  #change(left: number): void {
    this.#refusing = !this.#refusing;
    if (!this.#refusing) return log.info("server", "Taking WebSockets again");
    log.error(
      "server",
      `Refusing WebSockets while clients reset their connections: ${left} descriptors are left`,
    );
  }

  /** A client has reset its connection. */
  seen(): void {
    this.#until = this.#now() + WINDOW;
  }

  /** Waits for a turn of the event loop that no other upgrade has. */
  turn(): Promise<void> {
    return this.#turns = this.#turns.then(() => new Promise((resolve) => setImmediate(resolve)));
  }

  /** A handshake is about to be answered, and the socket should be open soon. */
  answered(socket: EventTarget): void {
    const now = this.#now();
    if (now - this.#since > WINDOW) {
      this.#since = now;
      this.#unopened = 0;
    }
    if (++this.#unopened > MANY_UNOPENED) this.seen();
    socket.addEventListener("open", this.#opened, { once: true });
  }

  readonly #opened = (): void => {
    if (this.#unopened > 0) this.#unopened--;
  };
}
