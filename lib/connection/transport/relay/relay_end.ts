import type { Batch } from "../../../base/batch.ts";

/** The end of a relay at the server where the client is: what its link tells it of the server that serves it. */
export interface FrontEnd {
  /** Lets the client in, on these terms, as JSON. */
  accepted(terms: unknown): void;
  /** Refuses it. */
  refused(answer: unknown): void;
  /** Messages for the client came; their memory is theirs. */
  sent(batch: Batch): void;
  /**
   * The server is ready for its messages.
   *
   * @param asked The number of the last one that it asks for.
   * @param done The number of the last one that it needs nobody to keep any more.
   */
  taken(asked: number, done: number): void;
  /** The client is to be closed. */
  close(code: number, reason: string, patience: number): void;
  /** That server has done all for it. */
  over(): void;
  /** A ping for the client. */
  ping(id: number, payload: Uint8Array): void;
  /** The greeting of a session, as JSON, before what follows. */
  greet(greeting: unknown): void;
  /** That server serves it no more, and nothing comes from there. */
  broke(why: string): void;
}

/** The end of a relay at the server that serves it: what its link tells it of the client. */
export interface BackEnd {
  opened(abilities: Abilities): void;
  /** Messages came; their memory is theirs. */
  input(batch: Batch): void;
  /** Messages up to this number are its own. */
  granted(upTo: number): void;
  /** The client was let in once more, for how many ms, where that will be over. */
  readmitted(authTime: number | undefined): void;
  closing(code: number, reason: string): void;
  closed(code: number, reason: string): void;
  failed(message: string, code: number | undefined): void;
  tooLarge(): void;
  lost(bytes: number): void;
  end(code: number, reason: string): void;
  /** The client has taken bytes of what was sent to it. */
  credit(bytes: number): void;
  pong(id: number, payload: Uint8Array | undefined): void;
  /** Nobody wants it any more, or nobody hears of that server. */
  broke(): void;
  /** The way to that server is free again. */
  goOn(): void;
}

/** Abilities of the transport of a client. */
export interface Abilities {
  readonly pings: boolean;
  readonly compresses: boolean;
}

/** Bytes that a batch counts on its way to another server, the same at both of its ends. */
export function costOf(batch: Batch): number {
  // A text has as many as it is encoded.
  void batch.bytes;
  return batch.length + 64 * batch.size;
}

/** Bytes that may be on the way in each direction of a relay, until the other end has taken something. */
export const RELAY_WINDOW = 1024 * 1024;

/** Bytes of one message that can be relayed: what servers send each other is bounded. */
export const MOST_RELAYED = 24 * 1024 * 1024;
