import { Buffer } from "node:buffer";
import { BusError, messageOf } from "../../base/errors.ts";
import { within } from "../../base/within.ts";
import type { Argument, Client, Reply } from "./redis_client.d.ts";
import type { RedisTerms } from "./redis_terms.ts";
import { type ScriptName, SCRIPTS } from "./scripts.ts";

/** Whoever is told of what comes over a {@linkcode RedisLink}. Nothing of it MUST throw. */
export interface LinkEvents {
  /** Something was published on a channel. */
  message(channel: string, message: Uint8Array): void;
  /** It has ended, and not by its disposal. Once, and not before it was open. */
  failed(why: string): void;
}

/** Milliseconds that the engine may take for an answer, of all that servers are silent for before they count as gone. */
export function patienceOf({ ttl }: RedisTerms): number {
  return Math.min(5_000, ttl / 2);
}

/**
 * Two connections to Redis, of which one waits for what comes to this server's inbox; they end together, and another
 * link is opened then.
 */
export class RedisLink implements Disposable {
  /** The run of Redis: another one after each start. */
  readonly run: string;
  readonly #main: Client;
  readonly #waiting: Client;
  readonly #events: LinkEvents;
  readonly #hashes: ReadonlyMap<ScriptName, string>;
  #isOver = false;

  private constructor(
    [main, waiting]: readonly [Client, Client],
    run: string,
    hashes: ReadonlyMap<ScriptName, string>,
    events: LinkEvents,
  ) {
    [this.#main, this.#waiting, this.run, this.#hashes] = [main, waiting, run, hashes];
    this.#events = events;
  }

  /**
   * Connects, and loads the scripts.
   *
   * @throws {BusError} If it is refused, and would be again.
   * @throws {Error} If it cannot be reached now.
   */
  static async open(terms: RedisTerms, server: string, events: LinkEvents): Promise<RedisLink> {
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
    try {
      if (!await within(opening, 2 * patienceOf(terms))) throw new Error("it does not answer");
      const { run, hashes } = await opening;
      if (failure !== undefined) throw new Error(failure);
      return link = new RedisLink(clients, run, hashes, events);
    } catch (error) {
      opening.catch(() => {});
      clients.forEach(destroy);
      throw refusal(error, terms) ?? new Error(reasonOf(error), { cause: error });
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

async function makeClient(
  terms: RedisTerms,
  server: string,
  fail: (error: Error) => void,
): Promise<Client> {
  const [{ createClient, RESP_TYPES }] = await Promise.all([
    // Here, because nothing of it is there for who uses none.
    // @ts-types="./redis_client.d.ts"
    import("npm:@redis/client@6.3.1"),
  ]);
  const { host, port, path, tls, ca, user, password, database } = terms;
  const client = createClient({
    RESP: 3,
    ...(user !== undefined && { username: user }),
    ...(password !== undefined && { password }),
    database,
    name: `stdws-${server}`,
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: "disabled",
    // Without it, each command would have a timer.
    commandOptions: { timeout: undefined, typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
    socket: {
      ...(host !== undefined && { host }),
      ...(port !== undefined && { port }),
      ...(path !== undefined && { path }),
      ...(tls && { tls: true as const }),
      ...(ca !== undefined && { ca: await readAuthority(ca) }),
      ...(tls && host !== undefined && !/^[\d.]+$|:/.test(host) && { servername: host }),
      connectTimeout: patienceOf(terms),
      // The bus has more to do then than a client knows.
      reconnectStrategy: false,
    },
  });
  client.on("error", fail);
  return client;
}

async function readAuthority(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    throw new BusError(`Cannot read the ca of the bus, "${file}": ${messageOf(error)}`);
  }
}

async function greet(client: Client): Promise<Pick<RedisLink, "run"> & Greeting> {
  const [server, replication, ...loaded] = await Promise.all([
    client.sendCommand(["INFO", "server"]),
    client.sendCommand(["INFO", "replication"]),
    ...Object.values(SCRIPTS).map((text) => client.sendCommand(["SCRIPT", "LOAD", text])),
  ]);
  const [, version = "0"] = /^redis_version:(\S+)/m.exec(String(server)) ?? [];
  const [, run = ""] = /^run_id:(\w+)/m.exec(String(server)) ?? [];
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < 6 || (major === 6 && minor < 2)) {
    throw new BusError(`Cannot use a Redis ${version}: expected 6.2 or later, or Valkey`);
  }
  if (/^role:slave/m.test(String(replication))) throw new Error("it is a replica");
  const names = Object.keys(SCRIPTS) as ScriptName[];
  return { run, hashes: new Map(names.map((name, at) => [name, String(loaded[at])])) };
}

interface Greeting {
  readonly hashes: ReadonlyMap<ScriptName, string>;
}

function destroy(client: Client): void {
  try {
    client.destroy();
  } catch {
    // It was never connected, or has ended.
  }
}

function reasonOf(error: unknown): string {
  const message = messageOf(error);
  // That of several addresses has none.
  return message || String((error as { code?: unknown })?.code ?? "it cannot be reached");
}

const LASTING = /^(WRONGPASS|NOAUTH|NOPERM)|DB index|certificate|CERT_|UnknownIssuer/i;

/** What a try more would end with as well. */
function refusal(error: unknown, terms: RedisTerms): BusError | undefined {
  if (error instanceof BusError) return error;
  const reason = reasonOf(error);
  if (!LASTING.test(reason)) return undefined;
  return new BusError(`Cannot use the bus: ${advised(reason, terms)}`);
}

/** What Redis says, and what to do about it where it does not say what of it is missing. */
export function advised(reason: string, { prefix }: RedisTerms): string {
  if (!reason.startsWith("NOPERM")) return reason;
  const needs = `its user needs ~${prefix}* and &${prefix}*, and the commands of ${PAGE}`;
  return `${reason} (${needs})`;
}

const PAGE = "lib/bus/redis/README.md";
