import { within } from "../../base/within.ts";
import type { ClientOptions } from "./client_options.ts";
import type { Line } from "./link.ts";
import { messagesOf } from "./messages.ts";
import type { Printer } from "./printer.ts";

const encoder = new TextEncoder();

/** The options that are about what is sent. */
export interface FeedOptions extends Pick<ClientOptions, "binary" | "messages" | "quietMs"> {
  /** Whether the end of the input closes the connection also where nothing was sent; default false. */
  readonly closesUnsent?: boolean;
  /** Milliseconds on a clock that never goes back. */
  readonly now?: () => number;
}

/**
 * Sends the input to a connection, and to the next one where that ends. While there is none, or the server
 * does not take more, nothing is read.
 */
export class Feed {
  /** Rejects when the input cannot be read on. */
  readonly failed: Promise<never>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #options: FeedOptions;
  readonly #printer: Printer;
  readonly #fail: (error: unknown) => void;
  #link: Line | undefined;
  #linked = Promise.withResolvers<void>();
  #isFeeding = false;
  #hasSent = false;
  #ended = false;
  #cancelled = false;

  /** @param printer Prints what comes from the server; while it is behind, the server is not quiet. */
  constructor(
    input: ReadableStream<Uint8Array>,
    printer: Printer,
    options: FeedOptions,
  ) {
    this.#reader = input.getReader();
    this.#printer = printer;
    this.#options = options;
    const { promise, reject } = Promise.withResolvers<never>();
    this.failed = promise;
    // Whoever waits for it is told; without anybody it would end the program.
    this.failed.catch(() => {});
    this.#fail = reject;
  }

  /** Sends on to this connection. */
  into(link: Line): void {
    this.#link = link;
    this.#linked.resolve();
    link.closed.then(() => {
      this.#link = undefined;
      this.#linked = Promise.withResolvers();
    });
    if (this.#ended) this.#atEnd();
    else if (!this.#isFeeding) {
      this.#isFeeding = true;
      this.#feed().catch(this.#fail);
    }
  }

  /** Reads nothing more. */
  cancel(): void {
    this.#cancelled = true;
    this.#linked.resolve();
    // What it was waiting for does not matter any more.
    this.#reader.cancel().catch(() => {});
  }

  async #feed(): Promise<void> {
    const { messages: given, binary } = this.#options;
    const all = given
      ? [given.map((text) => binary ? encoder.encode(text) : text)]
      : messagesOf(this.#reader, binary);
    for await (const messages of all) {
      for (const message of messages) {
        while (!this.#link?.send(message)) {
          await (this.#link?.drained() ?? this.#linked.promise);
          if (this.#cancelled) return;
        }
      }
      this.#hasSent = true;
    }
    this.#ended = true;
    this.#atEnd();
  }

  /** Waits for answers and closes, if anything was sent; a client that sent nothing wants only to read. */
  #atEnd(): void {
    const closes = this.#hasSent || this.#options.closesUnsent;
    if (closes && this.#link) this.#closeWhenQuiet(this.#link).catch(this.#fail);
  }

  async #closeWhenQuiet(link: Line): Promise<void> {
    const { quietMs, now = () => performance.now() } = this.#options;
    await link.drained(0);
    let since = now();
    for (;;) {
      if (this.#printer.isBehind) {
        await Promise.race([this.#printer.flushed(), link.closed]);
        since = now();
      }
      const rest = Math.max(since, link.heard) + quietMs - now();
      if (rest <= 0) return link.close();
      if (await within(link.closed, rest)) return;
    }
  }
}
