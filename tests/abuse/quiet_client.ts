import { assertEquals } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { inTime } from "../support/in_time.ts";

// The pause between two messages, in ms.
const PAUSE = 5;

/**
 * A client that does nothing wrong while others do: it says something, waits for the answer, and says the
 * next thing. Disposing it fails where an answer was wrong.
 */
export class QuietClient implements AsyncDisposable {
  readonly #client: RawClient;
  readonly #asking: Promise<void>;
  #over = false;
  #longest = 0;
  #start = performance.now();
  #count = 0;
  #wanted = { count: Infinity, resolve: () => {} };

  private constructor(client: RawClient) {
    this.#client = client;
    this.#asking = this.#ask();
  }

  /** Connects to an endpoint that sends back what it gets. */
  static async connect(url: string): Promise<QuietClient> {
    return new QuietClient(await RawClient.open(url));
  }

  /** Its longest round trip so far, in ms; the one that it waits for now counts as well. */
  get longestWait(): number {
    return Math.max(this.#longest, this.#over ? 0 : performance.now() - this.#start);
  }

  /** Its answers so far. */
  get count(): number {
    return this.#count;
  }

  /** Waits for so many answers. */
  async answers(count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wanted = { count, resolve };
    await inTime(
      Promise.race([promise, this.#asking]),
      () => `${count} answers: there are ${this.#count}`,
    );
  }

  async #ask(): Promise<void> {
    while (!this.#over) {
      const text = `quiet ${this.#count}`;
      await this.#client.send(text);
      assertEquals(await this.#client.text(), text);
      this.#longest = Math.max(this.#longest, performance.now() - this.#start);
      this.#count++;
      if (this.#count >= this.#wanted.count) this.#wanted.resolve();
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
      this.#start = performance.now();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true;
    await this.#asking.finally(() => this.#client[Symbol.dispose]());
  }
}
