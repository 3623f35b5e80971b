import { messageOf } from "../../base/errors.ts";
import { oneLine } from "../../base/one_line.ts";
import { within } from "../../base/within.ts";
import { backoff } from "./backoff.ts";
import type { ClientOptions } from "./client_options.ts";
import { type Ending, endingOf } from "./ending.ts";
import { Feed } from "./feed.ts";
import { ConnectError, Link } from "./link.ts";
import { Printer } from "./printer.ts";

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
}

// A connection that lasted so long, in ms, was a good one: after it, the waits begin anew.
const STEADY = 10_000;

/** Joins streams to a WebSocket server, by one connection after the other where that is wanted. */
export class Client {
  readonly #options: ClientOptions;
  readonly #streams: Streams;
  readonly #printer: Printer;
  readonly #feed: Feed;
  readonly #stopped = Promise.withResolvers<void>();
  #exitCode: number | undefined;
  #link: Link | undefined;
  #toldOfBinary = false;

  constructor(options: ClientOptions, streams: Streams) {
    this.#options = options;
    this.#streams = streams;
    this.#printer = new Printer((bytes) => streams.write(bytes));
    this.#feed = new Feed(streams.input, this.#printer, options);
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
        if (kind === "failure") this.#streams.say(says);
        await Promise.race([this.#printer.flushed(), this.#stopped.promise]);
        return this.#exitCode ?? exitCode;
      }
      if (performance.now() - start > STEADY) attempt = 1;
      const wait = backoff(attempt);
      this.#streams.say(`${says}; connecting again in ${(wait / 1000).toFixed(1)} s`);
      if (await within(this.#stopped.promise, wait)) return this.#exitCode ?? 0;
    }
  }

  /** Makes one connection, and waits until it ends. */
  async #connection(isNotFirst: boolean): Promise<Ending> {
    const opening = Link.open(this.#options, (data, isBinary) => this.#take(data, isBinary));
    let link: Link | void;
    try {
      link = await Promise.race([opening, this.#stopped.promise]);
    } catch (error) {
      if (!(error instanceof ConnectError)) throw error;
      return { exitCode: 3, kind: "failure", says: error.message };
    }
    if (!link || this.#exitCode !== undefined) {
      opening.then((late) => late.close(), () => {});
      return { exitCode: 0, kind: "meant", says: "stopped" };
    }
    this.#link = link;
    if (isNotFirst || this.#streams.isTerminal) {
      this.#streams.say(`connected to ${this.#options.target.name}`);
    }
    this.#feed.into(link);
    const closed = await link.closed;
    this.#link = undefined;
    return endingOf(closed);
  }

  #take(data: Uint8Array, isBinary: boolean): Promise<void> | undefined {
    if (this.#exitCode !== undefined) return;
    const { binary } = this.#options;
    if (isBinary && !binary && !this.#toldOfBinary) {
      this.#toldOfBinary = true;
      this.#streams.say("binary messages are written as they are, without a newline");
    }
    const shown = this.#streams.isShown && !binary ? printable(data) : data;
    this.#printer.print(shown, !isBinary && !binary);
    return this.#printer.isBehind ? this.#printer.flushed() : undefined;
  }
}

/** Lines as they may be shown on a terminal, which they could steer otherwise. */
function printable(data: Uint8Array): Uint8Array {
  const lines = new TextDecoder().decode(data).split("\n");
  return new TextEncoder().encode(lines.map(oneLine).join("\n"));
}
