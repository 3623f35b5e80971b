import { messageOf } from "../../base/errors.ts";
import { within } from "../../base/within.ts";
import { backoff } from "./backoff.ts";
import type { ClientOptions } from "./client_options.ts";
import { type Ending, endingOf } from "./ending.ts";
import { Feed } from "./feed.ts";
import { ConnectError, type Line, Link, type TakeMessage } from "./link.ts";
import { Printer } from "./printer.ts";
import type { Editor } from "./terminal/editor.ts";
import { shownBinary, shownText } from "./terminal/shown.ts";

/** The streams that a client joins to a server. */
export interface Streams {
  readonly input: ReadableStream<Uint8Array>;
  /** Whether somebody types it. */
  readonly isTerminal: boolean;
  /** Whether a terminal shows the output. */
  readonly isShown: boolean;
  /** Writes some bytes to the output, and answers how many. */
  write(bytes: Uint8Array): Promise<number>;
  /** Tells a person something. */
  say(text: string): void;
  /** Makes an editor of the lines that somebody types, where there is one. */
  edit?(printer: Printer): Editor;
}

// A connection that lasted so long, in ms, was a good one: after it, the waits begin anew.
const STEADY = 10_000;

const encoder = new TextEncoder();

/** Joins streams to a WebSocket server, by one connection after the other where that is wanted. */
export class Client {
  readonly #options: ClientOptions;
  readonly #streams: Streams;
  readonly #printer: Printer;
  readonly #editor: Editor | undefined;
  readonly #feed: Feed;
  readonly #stopped = Promise.withResolvers<void>();
  #exitCode: number | undefined;
  #link: Line | undefined;
  #toldOfBinary = false;

  constructor(options: ClientOptions, streams: Streams) {
    this.#options = options;
    this.#streams = streams;
    this.#printer = new Printer((bytes) => streams.write(bytes));
    this.#editor = streams.edit?.(this.#printer);
    const input = this.#editor?.lines ?? streams.input;
    // Who has ended the input by a key wants to end, whether anything was sent or not.
    const closesUnsent = this.#editor !== undefined;
    this.#feed = new Feed(input, this.#printer, { ...options, closesUnsent });
    this.#printer.failed.catch((error) => {
      // Who reads the output has what it wanted, as `head`.
      if (error instanceof Deno.errors.BrokenPipe) this.stop(0);
      else this.#fail(`Cannot write the output: ${messageOf(error)}`);
    });
    this.#feed.failed.catch((error) => this.#fail(`Cannot read the input: ${messageOf(error)}`));
  }

  /**
   * Connects, and goes on until the end.
   *
   * @returns The exit code.
   */
  async run(): Promise<number> {
    try {
      return await this.#untilEnd();
    } finally {
      this.#feed.cancel();
      this.#editor?.close();
    }
  }

  /** Closes the connection with 1000, and makes no other; what comes from now on is not printed. */
  stop(exitCode: number): void {
    this.#exitCode ??= exitCode;
    this.#stopped.resolve();
    this.#link?.close();
  }

  #fail(says: string): void {
    this.#streams.say(says);
    this.stop(1);
  }

  async #untilEnd(): Promise<number> {
    const { reconnect } = this.#options;
    for (let attempt = 1;; attempt++) {
      const start = performance.now();
      const { exitCode, kind, says } = await this.#connection(attempt > 1);
      if (this.#exitCode !== undefined) return this.#exitCode;
      if (kind === "meant" || !reconnect) {
        // At a terminal it would end without a word.
        if (kind === "failure" || this.#editor) this.#streams.say(says);
        await Promise.race([this.#printer.flushed(), this.#stopped.promise]);
        return this.#exitCode ?? exitCode;
      }
      if (performance.now() - start > STEADY) attempt = 1;
      const wait = backoff(attempt);
      // What is typed meanwhile is for the next connection, and must not be torn by what is said.
      this.#editor?.open();
      this.#streams.say(`${says}; connecting again in ${(wait / 1000).toFixed(1)} s`);
      if (await within(this.#stopped.promise, wait)) return this.#exitCode ?? 0;
    }
  }

  /** Makes one connection, and waits until it ends. */
  async #connection(isNotFirst: boolean): Promise<Ending> {
    const opening = this.#open();
    let link: Line | void;
    try {
      link = await Promise.race([opening, this.#stopped.promise]);
    } catch (error) {
      if (!(error instanceof ConnectError)) throw error;
      return { exitCode: 3, kind: "failure", says: error.message };
    }
    if (!link || this.#exitCode !== undefined) {
      // Whoever stops it does not want to hear that it fails.
      opening.then((late) => late.close(), () => {});
      return { exitCode: 0, kind: "meant", says: "stopped" };
    }
    this.#link = link;
    if (isNotFirst || this.#streams.isTerminal) {
      this.#streams.say(`connected to ${this.#options.target.name}`);
    }
    this.#editor?.open();
    this.#feed.into(link);
    const closed = await link.closed;
    this.#link = undefined;
    return endingOf(closed);
  }

  async #open(): Promise<Line> {
    const take: TakeMessage = (data, isBinary) => this.#take(data, isBinary);
    if (!this.#options.reconnect) return await Link.open(this.#options, take);
    // Loaded only where it is used.
    const { SessionLink } = await import("./session_link.ts");
    return await SessionLink.open(this.#options, take, (text) => {
      // What is typed meanwhile is for the session, and must not be torn by what is said.
      this.#editor?.open();
      this.#streams.say(text);
    });
  }

  #take(data: Uint8Array, isBinary: boolean): Promise<void> | undefined {
    if (this.#exitCode !== undefined) return;
    this.#show(data, isBinary);
    return this.#printer.isBehind ? this.#printer.flushed() : undefined;
  }

  #show(data: Uint8Array, isBinary: boolean): void {
    const { binary } = this.#options;
    if (this.#editor) {
      this.#editor.message(isBinary ? shownBinary(data) : shownText(data, "  "));
    } else if (binary || !this.#streams.isShown) {
      if (isBinary && !binary && !this.#toldOfBinary) {
        this.#toldOfBinary = true;
        this.#streams.say("binary messages are written as they are, without a newline");
      }
      this.#printer.print(data, !isBinary && !binary);
    } else {
      const text = isBinary ? `(${shownBinary(data)})` : shownText(data);
      this.#printer.print(encoder.encode(text), true);
    }
  }
}
