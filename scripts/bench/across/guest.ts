import type { Dialect } from "./dialects.ts";

/** One client in a room, who counts what it hears, and when. */
export class Guest implements Disposable {
  /** How much it has heard. */
  heard = 0;
  /** Milliseconds that each message has taken whose words say when it was sent. */
  delays: number[] = [];
  readonly #socket: WebSocket;
  readonly #dialect: Dialect;
  #until: { readonly count: number; resolve(): void; reject(error: Error): void } | undefined;

  private constructor(socket: WebSocket, dialect: Dialect) {
    this.#socket = socket;
    this.#dialect = dialect;
    socket.onmessage = ({ data }) => this.#take(data);
    socket.onclose = ({ code }) => this.#until?.reject(new Error(`Closed with ${code}`));
  }

  /** Connects, and is in the room. */
  static async enter(port: number, dialect: Dialect): Promise<Guest> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${dialect.path}`);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    socket.onopen = () => {
      for (const text of dialect.hello) socket.send(text);
      if (dialect.hello.length === 0) resolve();
    };
    socket.onmessage = ({ data }) => dialect.isIn(data) && resolve();
    socket.onerror = () => reject(new Error(`Cannot connect to port ${port}`));
    await promise;
    socket.onerror = null;
    return new Guest(socket, dialect);
  }

  /** Says so many messages at once. */
  say(count: number): void {
    // With the time, and as long as those of the other items.
    const words = `${performance.now()}`.padEnd(32, " ");
    for (; count > 0; count--) this.#socket.send(this.#dialect.say(words));
  }

  /** Resolves when it has heard so much. */
  hears(count: number): Promise<void> {
    if (this.heard >= count) return Promise.resolve();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#until = { count, resolve, reject };
    return promise;
  }

  [Symbol.dispose](): void {
    this.#socket.onclose = null;
    this.#socket.close();
  }

  #take(text: string): void {
    const answer = this.#dialect.answer(text);
    if (answer !== undefined) return this.#socket.send(answer);
    for (const words of this.#dialect.heard(text)) {
      this.heard++;
      this.delays.push(performance.now() - Number(words));
    }
    if (this.#until && this.heard >= this.#until.count) this.#until.resolve();
  }
}
