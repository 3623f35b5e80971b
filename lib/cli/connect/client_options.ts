import { isDenoSince } from "../../base/deno_version.ts";
import { UsageError } from "../../base/errors.ts";
import type { Options } from "../../handlers/flags.ts";
import { checkOptions, type OptionTexts } from "../check_options.ts";
import { parseTarget, type Target } from "./target.ts";

/** Options of the client, as the command line has them. */
export interface ClientOptions {
  readonly target: Target;
  /** Headers of the request; a repeated one has several values. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  /** Subprotocols that are offered. */
  readonly subprotocols: readonly string[];
  /** Whether any certificate is accepted. */
  readonly insecure: boolean;
  /** Whether messages are bytes as they come, and no lines. */
  readonly binary: boolean;
  /** Whether it offers to compress messages. */
  readonly compress: boolean;
  readonly reconnect: boolean;
  /** Messages that are sent in place of the input. */
  readonly messages?: readonly string[];
  /** Milliseconds in which nothing comes after the end of the input until the client closes. */
  readonly quietMs: number;
}

/** Facts beside the options of a client. */
interface ClientFacts {
  /** The texts that the options were said in. */
  readonly texts?: OptionTexts;
  /** The runtime's version. */
  readonly version?: string;
}

const QUIET_MS = 1_000;

// The client's own: they are what makes the request one for a WebSocket.
const OWN = /^(connection|upgrade|sec-websocket-.*)$/i;

/**
 * Reads the options of the client.
 *
 * @throws {UsageError} If one of them cannot be done.
 */
export function clientOptionsOf(
  url: string,
  options: Options,
  { texts, version = Deno.version.deno }: ClientFacts = {},
): ClientOptions {
  const { quietms = QUIET_MS, subprotocol: subprotocols = [], send } = options;
  const insecure = options["ssl-insecure"] ?? false;
  const target = parseTarget(url);
  checkOptions(options, texts);
  expectOnce(subprotocols);
  if (!isAble(version)) {
    const what = insecure ? "--ssl-insecure" : "A Unix socket in --connect";
    if (insecure || target.url.startsWith("ws+unix:")) {
      throw new UsageError(`${what} needs Deno 2.8 or later, and this is Deno ${version}`);
    }
  }
  return {
    target,
    headers: headersOf(options.header),
    subprotocols,
    insecure,
    binary: options.binary ?? false,
    compress: options.compress ?? false,
    reconnect: options.reconnect ?? false,
    ...(send && { messages: send }),
    quietMs: quietms,
  };
}

function headersOf(given: Options["header"] = []): Record<string, string[]> {
  // Without a prototype: a header may be called `constructor`.
  const headers: Record<string, string[]> = Object.create(null);
  for (const [name, value] of given) {
    if (OWN.test(name)) {
      const hint = /protocol$/i.test(name) ? ", use --subprotocol=NAME" : "";
      throw new UsageError(`--header=${name} cannot be used with --connect${hint}`);
    }
    // Names that differ in case alone are one header.
    const key = Object.keys(headers).find((key) => key.toLowerCase() === name.toLowerCase());
    (headers[key ?? name] ??= []).push(value);
  }
  return headers;
}

/** Two of the same would be refused by the server (RFC 6455 §4.1). */
function expectOnce(names: readonly string[]): void {
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) < index) {
      throw new UsageError(`Invalid value "${name}" for --subprotocol: it is there twice`, 2);
    }
  }
}

/** Before 2.8 `node:https` verifies every certificate, and `node:http` knows no Unix sockets. */
function isAble(version: string): boolean {
  return isDenoSince(2, 8, version);
}
