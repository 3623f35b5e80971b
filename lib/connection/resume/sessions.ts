import { MAX_WAITING } from "../../base/limits.ts";
import type { Transport, TransportEvents } from "../../contract.ts";
import type { ResumableOptions } from "./resumable_options.ts";
import { ResumableTransport, type SessionPlace } from "./resumable_transport.ts";

// 144 random bits: nobody guesses them, and they need no padding.
const ID_BYTES = 18;
const ID_LENGTH = 24;

/** Options of {@linkcode Sessions}. */
export interface SessionsOptions {
  /** How many may wait for their clients; default 4096. */
  readonly mostWaiting?: number;
  /** The name of this server among several, with which ids begin, so that all of them know whose they are. */
  readonly server?: string | undefined;
}

/** The sessions of a server that survive their transports. */
export class Sessions implements SessionPlace {
  readonly #all = new Map<string, ResumableTransport>();
  readonly #waiting = new Set<ResumableTransport>();
  readonly #mostWaiting: number;
  readonly #server: string;
  #isClosed = false;

  constructor({ mostWaiting = MAX_WAITING, server = "" }: SessionsOptions = {}) {
    this.#mostWaiting = mostWaiting;
    this.#server = server;
  }

  /** The server whose session an id can be; undefined where it says none. */
  static serverOf(id: string): string | undefined {
    return id.length > ID_LENGTH ? id.slice(0, -ID_LENGTH) : undefined;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The number of those whose clients are away. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Whether there is a session that somebody may come back to. */
  has(id: string): boolean {
    return this.#all.has(id) && !this.#isClosed;
  }

  /** The session of an id, where it is that of this owner. */
  find(id: string, owner: string): ResumableTransport | undefined {
    const found = this.#isClosed ? undefined : this.#all.get(id);
    return found?.owner === owner ? found : undefined;
  }

  /**
   * Begins a session.
   *
   * @param make Makes the connection on it.
   */
  begin(
    options: ResumableOptions,
    pings: boolean,
    make: (transport: Transport) => TransportEvents,
  ): ResumableTransport {
    const random = crypto.getRandomValues(new Uint8Array(ID_BYTES));
    const id = this.#server + random.toBase64({ alphabet: "base64url" });
    const session = new ResumableTransport(id, options, { place: this, pings, make });
    this.#all.set(id, session);
    return session;
  }

  /** Nobody comes back any more: sessions that wait end as soon as they are told to. */
  close(): void {
    this.#isClosed = true;
  }

  waits(session: ResumableTransport): boolean {
    if (this.#waiting.size >= this.#mostWaiting) return false;
    this.#waiting.add(session);
    return true;
  }

  waitsNoMore(session: ResumableTransport): void {
    this.#waiting.delete(session);
  }

  ended(session: ResumableTransport): void {
    this.#waiting.delete(session);
    this.#all.delete(session.id);
  }
}
