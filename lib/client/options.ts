/** Data that can be sent. */
export type Sendable = string | ArrayBufferLike | ArrayBufferView | Blob;

/** Options of a {@linkcode ResumingWebSocket}. */
export interface ResumingOptions {
  /**
   * The class of the connections, with the interface of browsers': for Node.js before 22, that of the package `ws`.
   * Default: the global one.
   */
  readonly WebSocket?: (new (url: string, protocols: string[]) => object) | undefined;
  /**
   * A place for the id of the session, so that it goes on when the page is loaded again: `sessionStorage`, which
   * each tab has for itself. Nothing where it is missing.
   */
  readonly store?: Pick<Storage, "getItem" | "setItem" | "removeItem"> | undefined;
  /** Bytes that may wait until the server has them; beyond that, `send` throws. Default 1 MiB. */
  readonly maxBuffer?: number | undefined;
  /** Milliseconds until the first attempt to come back, half of them by chance; twice as long each time. Default 500. */
  readonly minDelay?: number | undefined;
  /** The longest of these waits, in ms; default 30,000. */
  readonly maxDelay?: number | undefined;
  /** Milliseconds after which an attempt that nothing has come of is given up; default 20,000. */
  readonly timeout?: number | undefined;
}

/** The event `reconnecting`: the connection broke, or could not be made, and another is made after a wait. */
export interface ReconnectingEvent extends Event {
  /** How many attempts there were without success. */
  readonly attempt: number;
  /** Milliseconds until the next. */
  readonly delay: number;
  /** The close code of the connection that broke. */
  readonly code: number;
  /** The words of its close. */
  readonly reason: string;
}

/** The event `lost`: messages of the server that will not come any more. */
export interface LostEvent extends Event {
  /** How many; undefined where that cannot be known, because the session of the store is over. */
  readonly count: number | undefined;
}

/** Events of a {@linkcode ResumingWebSocket}: those of a WebSocket, and its own. */
export interface ResumingEvents {
  /** Open: the server has told of the session, or has none. */
  open: Event;
  /** A message came. */
  message: MessageEvent;
  /** An end that is not clean; `close` comes behind it. */
  error: Event;
  /** The end. */
  close: CloseEvent;
  /** The connection broke, or could not be made. */
  reconnecting: ReconnectingEvent;
  /** The session goes on by another connection. */
  resumed: Event;
  /** Messages of the server are lost. */
  lost: LostEvent;
  /** So little waits for the server again, after much did, that there is room for more. */
  drain: Event;
}
