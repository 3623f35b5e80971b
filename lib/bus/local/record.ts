/**
 * The records between a server and the engine of the local bus. A frame of their channel is any number of them:
 *
 *     length of what follows (4 bytes) · kind (1 byte) · fields
 *
 * Numbers are little-endian; those that may become large have 8 bytes, as JavaScript has them. Names of servers and ids
 * of logs are 16 characters, names of topics and claims a length of 2 bytes and UTF-8; bytes at the end are the rest.
 * A server numbers its subscriptions, and what it asks; no number is used again.
 */
export const RECORD = {
  // From a server.
  /** Version, name of the server. First, and only then. */
  hello: 1,
  /** Number, number up to which all answers have come, count, keep, subscription or 0 and topic, payload. */
  publish: 2,
  /** Subscription, ask, last, number of what is known or 0 and its log; topic. The first one of a number begins it. */
  subscribe: 3,
  /** Subscription, number of the next message, log; topic. It goes on after another connection. */
  resubscribe: 4,
  /** Subscription. */
  unsubscribe: 5,
  /** Subscription or 0 and topic, payload. */
  cast: 6,
  /** Peer, payload. */
  send: 7,
  /** Ask, name. */
  claim: 8,
  /** Fence. */
  release: 9,
  /** Nothing more comes. */
  goodbye: 10,
  // From the engine.
  /** Nothing: those who are there follow as `joined`. First, and only then. */
  welcome: 32,
  /** Peer. */
  joined: 33,
  /** Peer. */
  left: 34,
  /** Number of what was published, number of its first message or 0 where nobody knows it any more, log. */
  placed: 35,
  /** Ask, number, log, count, server, payload: one that `began` brings. */
  past: 36,
  /** Subscription, ask, number of the next message, log. */
  began: 37,
  /** Subscription, number, count, server, payload. */
  entry: 38,
  /** Subscription, server, payload. */
  cast_: 39,
  /** Subscription, number of the next message, 1 where it is of the same log or 0, log. */
  lost: 40,
  /** Peer, payload. */
  received: 41,
  /** Ask, fence, the server that has it. */
  claimed: 42,
  /** Ask: too many are claimed. */
  refused: 43,
  /** Fence: nobody has it any more. */
  over: 44,
} as const;

/** The version of these records: workers of one parent may be started by another program after an update. */
export const VERSION = 1;

/** Bytes of a name of a server, and of the id of a log. */
export const ID_LENGTH = 16;

/** Bytes of the name of a topic or claim. */
export const MAX_NAME = 512;

/** A new name of a server or id of a log. */
export function newId(): string {
  return crypto.randomUUID().replaceAll("-", "").slice(0, ID_LENGTH);
}

/** Whether it can be the name of a server, or the id of a log. */
export function isId(text: string): boolean {
  return ID.test(text);
}

const ID = /^[a-z0-9]{16}$/;

/** Stands where there is no log. */
export const NO_LOG = "0".repeat(ID_LENGTH);

const encoder = new TextEncoder();

/** A name of a topic or claim as it is written. */
export function encodeName(name: string): Uint8Array {
  return encoder.encode(name);
}
