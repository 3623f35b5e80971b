import { Buffer } from "node:buffer";
import { messageOf } from "../../base/errors.ts";
import { within } from "../../base/within.ts";
import { greet, type Greeting } from "./greet.ts";
import { makeClient } from "./make_client.ts";
import type { Argument, Client, Reply } from "./redis_client.d.ts";
import { patienceOf, type RedisTerms } from "./redis_terms.ts";
import { reasonOf, refusal } from "./refusal.ts";
import { type ScriptName, SCRIPTS } from "./scripts.ts";

/** Events of a {@linkcode RedisLink}. Nothing of it MUST throw. */
export interface LinkEvents {
  /** Something was published on a channel. */
  message(channel: string, message: Uint8Array): void;
  /** The end of it, but by its disposal. Once, and not before it was open. */
  failed(why: string): void;
}

/**
 * Two connections to Redis, of which one waits for what comes to this server's inbox; they end together, and another
 * link is opened then.
 */
export class RedisLink implements Disposable {
  /** The run of Redis: another one after each start. */
  readonly run: string;
  /** A time of the clock of this server at which that had begun. */
  readonly startedBefore: number;
  readonly #main: Client;
  readonly #waiting: Client;
  readonly #events: LinkEvents;
  readonly #hashes: ReadonlyMap<ScriptName, string>;
  #isOver = false;

  private constructor(
    [main, waiting]: readonly [Client, Client],
    { run, startedBefore, hashes }: Greeting,
    events: LinkEvents,
  ) {
    [this.#main, this.#waiting, this.#hashes] = [main, waiting, hashes];
    [this.run, this.startedBefore] = [run, startedBefore];
    this.#events = events;
  }

  /**
   * Connects, and loads the scripts.
   *
   * @param signal Gives up.
   * @throws {BusError} If it is refused, and would be again.
   * @throws {Error} If it cannot be reached now.
   */
  static async open(
    terms: RedisTerms,
    server: string,
    events: LinkEvents,
    signal: AbortSignal,
  ): Promise<RedisLink> {
    let link: RedisLink | undefined;
    let failure: string | undefined;
    const fail = (error: Error) => {
      failure ??= reasonOf(error);
      link?.fail(failure);
    };
    const clients = await Promise.all([
      makeClient(terms, server, fail),
      makeClient(terms, server, fail),
    ]) as [Client, Client];
    const opening = Promise.all(clients.map((client) => client.connect())).then(() =>
      greet(clients[0])
    );
    const { promise: givenUp, reject } = Promise.withResolvers<never>();
    const giveUp = () => reject(signal.reason);
    signal.addEventListener("abort", giveUp);
    try {
      signal.throwIfAborted();
      const answered = within(Promise.race([opening, givenUp]), 2 * patienceOf(terms));
      if (!await answered) throw new Error("it does not answer");
      const greeting = await opening;
      if (failure !== undefined) throw new Error(failure);
      return link = new RedisLink(clients, greeting, events);
    } catch (error) {
      // The first failure is told; that of the other connection, which is ended now, says nothing more.
      opening.catch(() => {});
      clients.forEach(destroy);
      throw refusal(error, terms) ?? new Error(reasonOf(error), { cause: error });
    } finally {
      signal.removeEventListener("abort", giveUp);
    }
  }

  /** Runs a script. Rejects with what Redis says, or where the link ends before. */
  async script(
    name: ScriptName,
    keys: readonly string[],
    args: readonly Argument[],
  ): Promise<Reply> {
    const rest = [String(keys.length), ...keys, ...args];
    try {
      return await this.command("EVALSHA", this.#hashes.get(name) ?? "", ...rest);
    } catch (error) {
      if (!messageOf(error).startsWith("NOSCRIPT")) throw error;
      // Somebody has flushed the scripts.
      return await this.command("EVAL", SCRIPTS[name], ...rest);
    }
  }

  /** Runs a command; as `run`. */
  command(...args: readonly Argument[]): Promise<Reply> {
    return this.#main.sendCommand(args.map(argument));
  }

  /** Runs a command that may wait. */
  wait(...args: readonly Argument[]): Promise<Reply> {
    return this.#waiting.sendCommand(args.map(argument));
  }

  /** Resolves when the messages of channels come. */
  subscribe(channels: readonly string[]): Promise<void> {
    return this.#main.subscribe(channels, this.#message, true);
  }

  async unsubscribe(channel: string): Promise<void> {
    // With the listener, because the library forgets a subscription that follows at once without it.
    await this.#main.unsubscribe([channel], this.#message, true);
  }

  /** Ends it because of something that nobody can go on after. */
  fail(why: string): void {
    if (this.#isOver) return;
    this[Symbol.dispose]();
    this.#events.failed(why);
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    destroy(this.#main);
    destroy(this.#waiting);
  }

  // One for all channels, because the library keeps a set of listeners for each.
  readonly #message = (message: Uint8Array, channel: Uint8Array): void => {
    if (!this.#isOver) this.#events.message(decoder.decode(channel), message);
  };
}

const decoder = new TextDecoder();

function argument(value: Argument): Argument {
  return typeof value === "string"
    ? value
    : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

function destroy(client: Client): void {
  try {
    client.destroy();
  } catch {
    // It was never connected, or has ended.
  }
}
