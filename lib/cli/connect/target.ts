import { UsageError } from "../../base/errors.ts";

const SCHEMES: Readonly<Record<string, string>> = {
  "ws:": "ws:",
  "wss:": "wss:",
  "http:": "ws:",
  "https:": "wss:",
  "ws+unix:": "ws+unix:",
};

/** The address that the client connects to. */
export interface Target {
  readonly url: string;
  /** The same for messages: without a password. */
  readonly name: string;
}

/**
 * Reads the value of `--connect`: `ws:`, `wss:`, the same as `http:` or `https:`, or
 * `ws+unix:SOCKET[:PATH]`.
 *
 * @throws {UsageError} If it is none of these (exit code 2).
 */
export function parseTarget(text: string): Target {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const scheme = url && SCHEMES[url.protocol];
  if (!url || !scheme || url.pathname === "") {
    throw new UsageError(
      `Invalid value "${text}" for --connect: expected ws://HOST[:PORT]/PATH, wss://… or ws+unix:SOCKET`,
      2,
    );
  }
  // RFC 6455 §3.
  if (url.hash) {
    throw new UsageError(
      `Invalid value "${text}" for --connect: a WebSocket has no fragment, write %23 for #`,
      2,
    );
  }
  url.protocol = scheme;
  const { href } = url;
  url.password = "";
  return { url: href, name: url.href };
}
