import type { Batch } from "../../../base/batch.ts";
import { MAX_BUS_QUEUE } from "../../../base/limits.ts";
import type { PartAt, Transport } from "../../../contract.ts";

/** The end of a relay at the server where the client is: what its link tells it of the server that serves it. */
export interface FrontEnd {
  /** Lets the client in, on these terms, as JSON. */
  accepted(terms: unknown): void;
  /** Refuses it. */
  refused(answer: unknown): void;
  /** Messages for the client came; their memory is theirs. */
  sent(batch: Batch): void;
  /** A part of a message for the client came; its memory is its own. */
  sentPart(part: Batch, at: PartAt): void;
  /** A piece of a message for the client came, which crosses in several; its memory is its own. */
  sentPiece(piece: Batch, isLast: boolean): void;
  /** The server has so many bytes more of a message that crosses in pieces. */
  gathered(bytes: number): void;
  /**
   * The server is ready for its messages.
   *
   * @param asked The number of the last one that it asks for.
   * @param done The number of the last one that it needs nobody to keep any more.
   */
  taken(asked: number, done: number): void;
  /** The client is to be closed. */
  close(code: number, reason: string, patience: number): void;
  /** The client's close is to be answered with its own code. */
  agreed(): void;
  /** Whether who has sent all is answered there; see `TransportEvents.answersEnd`. */
  answers(isSo: boolean): void;
  /** That server has done all for it. */
  over(): void;
  /** A ping for the client. */
  ping(id: number, payload: Uint8Array): void;
  /** The greeting of a session, as JSON, before what follows. */
  greet(greeting: unknown): void;
  /**
   * That server serves it no more, and nothing comes from there.
   *
   * @param isTold Whether that server said so, and the log there what became of its process.
   */
  broke(why: string, isTold?: boolean): void;
}

/** The end of a relay at the server that serves it: what its link tells it of the client. */
export interface BackEnd {
  opened(abilities: Abilities): void;
  /** Messages came; their memory is theirs. */
  input(batch: Batch): void;
  /** A piece of a message came, which crosses in several; its memory is its own. */
  inputPiece(piece: Batch, isLast: boolean): void;
  /** Messages up to this number are its own. */
  granted(upTo: number): void;
  /** The client was let in once more, for how many ms, where that will be over. */
  readmitted(authTime: number | undefined): void;
  /** The client is away, and may come back, or is back. */
  away(isAway: boolean): void;
  /** Messages that were made for many were dropped for it while it was away. */
  dropped(messages: number): void;
  closing(code: number, reason: string): void;
  /** The client has sent all that it will, and still takes what comes. */
  ended(): void;
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

/** Abilities of the transport of a client, in the order of their bits. */
const ABILITIES = ["pings", "compresses", "parts", "isPlain"] as const;

/** Abilities of the transport of a client: as members of a {@linkcode Transport} say them. */
export type Abilities = Readonly<Record<typeof ABILITIES[number], boolean>>;

/** The abilities of a transport that is open. */
export function abilitiesOf(transport: Transport): Abilities {
  const { ping, sendPart, compresses = false, isPlain = false } = transport;
  return { pings: ping !== undefined, compresses, parts: sendPart !== undefined, isPlain };
}

/** The same as one number. */
export function flagsOf(abilities: Abilities): number {
  return ABILITIES.reduce((flags, name, bit) => flags | (abilities[name] ? 1 << bit : 0), 0);
}

/** The same of such a number. */
export function abilitiesIn(flags: number): Abilities {
  const all = ABILITIES.map((name, bit) => [name, (flags >> bit & 1) === 1]);
  return Object.fromEntries(all) as Abilities;
}

/** The places of parts in a message, by their numbers. */
export const PLACES: readonly PartAt[] = ["first", "middle", "last"];

/** Bytes that a batch counts on its way to another server, the same at both of its ends. */
export function costOf(batch: Batch): number {
  // A text has as many as it is encoded.
  void batch.bytes;
  return batch.length + 64 * batch.size;
}

/** Bytes of the largest message of a batch. */
export function largestIn(batch: Batch): number {
  const { length, size } = batch;
  // Text that is not encoded has three bytes for each unit of UTF-16 at most.
  if (3 * length <= MOST_AT_ONCE) return length;
  let largest = 0;
  void batch.bytes;
  for (let index = 0; index < size; index++) largest = Math.max(largest, batch.lengthAt(index));
  return largest;
}

/** Bytes that may be on the way in each direction of a relay, until the other end has taken something. */
export const RELAY_WINDOW = 1024 * 1024;

/** Bytes of a message that crosses at once, far from what a bus takes (`MAX_BUS_QUEUE`): a larger one does in pieces. */
export const MOST_AT_ONCE: number = MAX_BUS_QUEUE / 2;
