import { type HandshakeOptions, RawClient } from "./client.ts";

/** The server's first message of `stdws.resume.v1`. */
export interface Greeting {
  readonly session: string;
  readonly for: number;
  readonly bytes: number;
  readonly received: number;
  readonly sent: number;
  readonly lost?: number;
  readonly subprotocol: string;
}

/** What a client offers, beside the protocol of sessions. */
export interface OfferOptions extends HandshakeOptions {
  readonly subprotocols?: readonly string[];
}

/** Opens a WebSocket that offers a session, or comes back to one; nothing is said yet. */
export function offer(
  url: string,
  id?: string,
  { subprotocols = [], headers, ...options }: OfferOptions = {},
): Promise<RawClient> {
  const back = id === undefined ? [] : [`stdws.resume.v1.session.${id}`];
  const offered = ["stdws.resume.v1", ...back, ...subprotocols].join(", ");
  return RawClient.open(url, {
    ...options,
    headers: { "Sec-WebSocket-Protocol": offered, ...headers },
  });
}

/** A client of `stdws.resume.v1` that says no more than a test has it say, on one transport. */
export class RawSession implements Disposable {
  readonly client: RawClient;
  readonly greeting: Greeting;

  private constructor(client: RawClient, greeting: Greeting) {
    this.client = client;
    this.greeting = greeting;
  }

  /** Begins a session. */
  static async begin(url: string, options?: OfferOptions): Promise<RawSession> {
    const client = await offer(url, undefined, options);
    return new RawSession(client, await greetingOf(client));
  }

  /** Comes back to one, having got so many messages. */
  static async back(
    url: string,
    id: string,
    received: number,
    options?: OfferOptions,
  ): Promise<RawSession> {
    const client = await offer(url, id, options);
    await client.send(`\x10${JSON.stringify({ received })}`);
    return new RawSession(client, await greetingOf(client));
  }

  get id(): string {
    return this.greeting.session;
  }

  send(data: string | Uint8Array): Promise<void> {
    return this.client.send(data);
  }

  /** The next text that is no control message. */
  async text(): Promise<string> {
    for (;;) {
      const text = await this.client.text();
      if (!text.startsWith("\x10")) return text;
      if (text.startsWith("\x10\x10")) return text.slice(1);
    }
  }

  /** Says up to which message all have come. */
  acknowledge(count: number): Promise<void> {
    return this.send(`\x10${JSON.stringify({ ack: count })}`);
  }

  /** Drops the connection, without a word. */
  [Symbol.dispose](): void {
    this.client[Symbol.dispose]();
  }
}

async function greetingOf(client: RawClient): Promise<Greeting> {
  const text = await client.text();
  if (!text.startsWith('\x10{"session":')) throw new Error(`No first message: ${text}`);
  return JSON.parse(text.slice(1));
}
