/**
 * A WebSocket that goes on where its connection has broken: what was under way when the network failed comes when it
 * is there again, both ways, in order and once. It speaks `stdws.resume.v1`, which routes with `resume` speak; with
 * any other server it is a plain WebSocket.
 *
 * It needs no other module, and runs in browsers, Deno and Node.js; a server has it at `/_stdws/client.js`.
 *
 * @example
 * ```ts
 * import { broadcast, serve } from "@stdws/stdws";
 * import { ResumingWebSocket } from "@stdws/stdws/client";
 *
 * await using server = await serve({ port: 0, routes: [{ path: "/chat", handler: broadcast() }] });
 * const socket = new ResumingWebSocket(new URL("/chat", server.addresses[0]));
 * socket.onopen = () => socket.send("Hello");
 * const said = await new Promise((resolve) => socket.onmessage = ({ data }) => resolve(data));
 * if (said !== "Hello") throw new Error(`It said ${said}`);
 * socket.close();
 * await new Promise((resolve) => socket.onclose = resolve);
 * ```
 *
 * @module
 */
import type { ResumingEvents, ResumingOptions, Sendable } from "./options.ts";
import { session } from "./session.ts";

export type {
  LostEvent,
  ReconnectingEvent,
  ResumingEvents,
  ResumingOptions,
  Sendable,
} from "./options.ts";

/** A listener of one kind of event, as a property. */
export type Listener<K extends keyof ResumingEvents> =
  | ((event: ResumingEvents[K]) => unknown)
  | null;

/** Events by their names. */
export interface ResumingWebSocket {
  /** Adds a listener of an event of its own or of a WebSocket. */
  addEventListener<K extends keyof ResumingEvents>(
    type: K,
    listener: (event: ResumingEvents[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  /** Adds a listener of any other event. */
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  /** Removes a listener. */
  removeEventListener<K extends keyof ResumingEvents>(
    type: K,
    listener: (event: ResumingEvents[K]) => unknown,
    options?: boolean | EventListenerOptions,
  ): void;
  /** Removes a listener of any other event. */
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void;
}

/**
 * A WebSocket whose session survives its connections. It is `OPEN` also while it has none and makes another: what is
 * sent meanwhile waits.
 */
export class ResumingWebSocket extends EventTarget {
  /** Not open yet. */
  declare static readonly CONNECTING: 0;
  /** Open, whether there is a connection at the moment or not. */
  declare static readonly OPEN: 1;
  /** `close` was called. */
  declare static readonly CLOSING: 2;
  /** Nothing comes any more. */
  declare static readonly CLOSED: 3;
  /** Not open yet. */
  declare readonly CONNECTING: 0;
  /** Open, whether there is a connection at the moment or not. */
  declare readonly OPEN: 1;
  /** `close` was called. */
  declare readonly CLOSING: 2;
  /** Nothing comes any more. */
  declare readonly CLOSED: 3;

  /** Hears the event `open`. */
  declare onopen: Listener<"open">;
  /** Hears the event `message`. */
  declare onmessage: Listener<"message">;
  /** Hears the event `error`, which comes before a `close` that is not clean. */
  declare onerror: Listener<"error">;
  /** Hears the event `close`. */
  declare onclose: Listener<"close">;
  /** Hears the event `reconnecting`. */
  declare onreconnecting: Listener<"reconnecting">;
  /** Hears the event `resumed`. */
  declare onresumed: Listener<"resumed">;
  /** Hears the event `lost`. */
  declare onlost: Listener<"lost">;
  /** Hears the event `drain`. */
  declare ondrain: Listener<"drain">;

  /** The address, as the connection has it. */
  declare readonly url: string;
  /** The state, as that of a WebSocket. */
  declare readonly readyState: 0 | 1 | 2 | 3;
  /** The subprotocol of the application that the server has agreed to; empty where there is none. */
  declare readonly protocol: string;
  /** Extensions of the connection. */
  declare readonly extensions: string;
  /** The class of binary messages that come: `blob`, the default, or `arraybuffer`. */
  declare binaryType: BinaryType;
  /**
   * Bytes that were sent and that the server has not said that it has, 64 more for each message; with a plain
   * server, those that were not handed to the network.
   */
  declare readonly bufferedAmount: number;
  /** Whether it is open and has no connection at the moment. */
  declare readonly reconnecting: boolean;
  /** Whether the server has sessions, so that this one survives; undefined before it is open. */
  declare readonly resumes: boolean | undefined;

  /**
   * Sends a message, or keeps it until there is a connection.
   *
   * @throws {DOMException} If it is not open yet (`InvalidStateError`), or if `maxBuffer` bytes wait already
   * (`QuotaExceededError`): then the message is not taken, and the event `drain` tells when there is room.
   */
  declare send: (data: Sendable) => void;
  /**
   * Ends the session, after everything that was sent. Where there is no connection at the moment, another is made for
   * what waits; where nothing waits, or it is called a second time, it ends at once, not clean, with 1006.
   *
   * @param code 1000, or 3000 to 4999; default: none.
   * @param reason At most 123 bytes.
   * @throws {DOMException} If the code or the reason cannot be sent (`InvalidAccessError`).
   */
  declare close: (code?: number, reason?: string) => void;

  /**
   * Connects.
   *
   * @param url As a WebSocket takes it.
   * @param protocols Subprotocols of the application.
   * @throws {DOMException} If a WebSocket does not take that (`SyntaxError`).
   * @throws {TypeError} If there is no WebSocket.
   */
  constructor(url: string | URL, protocols: string | string[] = [], options: ResumingOptions = {}) {
    super();
    const properties = this as unknown as Record<string, unknown>;
    for (const type of "open message error close reconnecting resumed lost drain".split(" ")) {
      const name = `on${type}`;
      properties[name] = null;
      // Before those that the application adds.
      this.addEventListener(type, (event) => (properties[name] as Listener<"open">)?.(event));
    }
    const inner = session(String(url), protocols, options, (event) => this.dispatchEvent(event));
    Object.defineProperties(this, Object.getOwnPropertyDescriptors(inner));
  }

  static {
    for (const one of [this, this.prototype]) {
      Object.assign(one, { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 });
    }
  }
}
