import { assert, assertEquals } from "@std/assert";
import type { ResumingOptions } from "../../lib/client/client.ts";
import { ResumingWebSocket } from "../../lib/client/client.ts";
import { inTime } from "./in_time.ts";
import { type Peer, PeerListener } from "./peer.ts";

/** The id of the session that {@linkcode greet} tells of. */
export const ID = "0123456789abcdefghijkl";
/** The character that control messages begin with. */
export const MARK = "\x10";

const PROTOCOL = "stdws.resume.v1";

/** Subprotocols that a client offers. */
export function offered(peer: Peer): string[] {
  const [, names = ""] = /^sec-websocket-protocol: (.*)$/im.exec(peer.head) ?? [];
  return names.split(",").map((name) => name.trim());
}

/** Takes the next client, and agrees to sessions. */
export async function agree(listener: PeerListener): Promise<Peer> {
  const peer = await inTime(listener.accept(), () => "a connection");
  assertEquals(offered(peer)[0], PROTOCOL);
  await peer.upgrade(`Sec-WebSocket-Protocol: ${PROTOCOL}\r\n`);
  return peer;
}

/** Sends a control message. */
export async function control(peer: Peer, told: unknown): Promise<void> {
  await peer.send(MARK + JSON.stringify(told));
}

/** The next message, which has to be a control message. */
export async function controlled(peer: Peer): Promise<unknown> {
  const text = await peer.text();
  assert(text.startsWith(MARK), text);
  return JSON.parse(text.slice(1));
}

/** Sends the first message of a server, with whatever is to be different. */
export async function greet(peer: Peer, different: Record<string, unknown> = {}): Promise<void> {
  const usual = { session: ID, for: 60_000, bytes: 1_048_576, received: 0, sent: 0 };
  await control(peer, { ...usual, subprotocol: "", ...different });
}

/** Takes the next client, which comes back with the number of the last message that it has. */
export async function takeBack(listener: PeerListener, received: number): Promise<Peer> {
  const peer = await agree(listener);
  assertEquals(offered(peer)[1], `${PROTOCOL}.session.${ID}`);
  assertEquals(await controlled(peer), { received });
  return peer;
}

/** A client, and what it has told. */
export class Heard {
  readonly socket: ResumingWebSocket;
  readonly #told: string[] = [];
  readonly #closed: Promise<void>[] = [];
  #news = Promise.withResolvers<void>();

  constructor(url: string, options: ResumingOptions = {}, protocols: string | string[] = []) {
    const closed = this.#closed;
    class Noted extends WebSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols);
        closed.push(new Promise((resolve) => this.addEventListener("close", () => resolve())));
      }
    }
    const usual: ResumingOptions = { WebSocket: Noted, minDelay: 1, maxDelay: 5 };
    this.socket = new ResumingWebSocket(url, protocols, { ...usual, ...options });
    const note = (says: string) => {
      this.#told.push(says);
      this.#news.resolve();
    };
    this.socket.binaryType = "arraybuffer";
    for (const type of ["open", "error", "resumed", "drain"] as const) {
      this.socket.addEventListener(type, () => note(type));
    }
    this.socket.onmessage = ({ data }) =>
      note(`message ${typeof data === "string" ? data : `of ${new Uint8Array(data)}`}`);
    this.socket.onclose = ({ code, reason }) => note(`close ${code} ${reason}`.trimEnd());
    this.socket.onlost = ({ count }) => note(`lost ${count}`);
    this.socket.onreconnecting = ({ code }) => note(`reconnecting after ${code}`);
  }

  /** The next thing that it told. */
  async next(): Promise<string> {
    while (this.#told.length === 0) {
      this.#news = Promise.withResolvers();
      await inTime(this.#news.promise, () => "an event");
    }
    return this.#told.shift() as string;
  }

  /** Waits until nothing is left of its connections. */
  async gone(): Promise<void> {
    await inTime(Promise.all(this.#closed), () => "the end of a connection");
  }

  /** The next things that it told have to be these. */
  async tells(...expected: string[]): Promise<void> {
    for (const says of expected) assertEquals(await this.next(), says);
  }
}

/** A client whose session has begun, and its first connection. */
export async function begin(
  listener: PeerListener,
  options: ResumingOptions = {},
  different: Record<string, unknown> = {},
): Promise<{ heard: Heard; socket: ResumingWebSocket; peer: Peer }> {
  const heard = new Heard(listener.url, options);
  const peer = await agree(listener);
  await greet(peer, different);
  await heard.tells("open");
  return { heard, socket: heard.socket, peer };
}
