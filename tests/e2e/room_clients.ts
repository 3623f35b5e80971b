import { inTime } from "../support/in_time.ts";

/** Somebody in a room of `room_module.js`, and all that he hears there. */
export class RoomClient implements Disposable {
  readonly socket: WebSocket;
  /** Messages of the room, in order. */
  readonly heard: string[] = [];
  /** The process that serves him. */
  worker = 0;
  /** Resolves when the connection has ended. */
  readonly closed: Promise<void>;
  #look: () => void = () => {};

  private constructor(url: string) {
    this.socket = new WebSocket(`${url}room`);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.closed = promise;
    this.socket.onclose = () => resolve();
    this.socket.onmessage = ({ data }) => {
      const [, pid] = /^process (\d+)$/.exec(data) ?? [];
      if (pid === undefined) this.heard.push(data);
      else this.worker = Number(pid);
      this.#look();
    };
  }

  /** Comes in, and is there: what he says comes back, so that his server hears the room. */
  static async open(url: string, name: string): Promise<RoomClient> {
    const client = new RoomClient(url);
    await client.#until(() => client.worker > 0, () => "the process that serves a client");
    client.say(`${name} is there`);
    await client.until(`${name} is there`);
    return client;
  }

  /** Says something in the room. */
  say(text: string): void {
    this.socket.send(text);
  }

  /** Waits until he has heard something, which may have been long ago. */
  async until(text: string): Promise<void> {
    await this.#until(
      () => this.heard.includes(text),
      () => `"${text}", after ${this.heard.length} messages: ${this.heard.slice(-5)}`,
    );
  }

  /** Waits until he has heard so many that match. */
  async untilCount(count: number, pattern: RegExp): Promise<void> {
    await this.#until(
      () => this.heardOf(pattern).length >= count,
      () => `${count} messages, after ${this.heardOf(pattern).length}`,
    );
  }

  /** What he has heard that matches. */
  heardOf(pattern: RegExp): string[] {
    return this.heard.filter((text) => pattern.test(text));
  }

  [Symbol.dispose](): void {
    this.socket.close();
  }

  async #until(is: () => boolean, what: () => string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#look = () => is() && resolve();
    this.#look();
    await inTime(promise, what);
  }
}

/** Clients by the process that serves them, so many at least at each of two. */
export async function clientsOf(url: string, each: number): Promise<Map<number, RoomClient[]>> {
  const clients = new Map<number, RoomClient[]>();
  for (let at = 0; clients.size < 2 || [...clients.values()].some(({ length }) => length < each);) {
    if (at > 200) throw new Error(`Only these processes serve: ${[...clients.keys()]}`);
    const client = await RoomClient.open(url, `client ${at++}`);
    const there = clients.get(client.worker) ?? [];
    clients.set(client.worker, there);
    // Those of one who has enough are in nobody's way, and go.
    if (there.length < each) there.push(client);
    else client[Symbol.dispose]();
  }
  return clients;
}

/** Resolves when the connections of clients have ended. */
export async function leave(clients: Iterable<RoomClient>): Promise<void> {
  for (const client of clients) {
    client[Symbol.dispose]();
    await inTime(client.closed, () => "the end of a connection");
  }
}
