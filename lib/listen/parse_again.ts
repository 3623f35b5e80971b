import { Buffer } from "node:buffer";
import type { Socket } from "node:net";

/** An error of the parser of node:http. */
export interface ParseError extends Error {
  readonly code?: string;
  /** The chunk that it is in. */
  readonly rawPacket?: Uint8Array;
  /** The place in the chunk. */
  readonly bytesParsed?: number;
}

const LINE_FEED = 10;

const START = /^[A-Z]+ [^ ]*$/;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The bytes of a request that could not be parsed for characters beyond ASCII in its target, with these
 * percent-encoded, and what follows it in the chunk. Such characters are no part of a target (RFC 3986), but other
 * servers take them for UTF-8.
 *
 * @returns undefined where it failed for something else, or they are no UTF-8, or it began in another chunk.
 */
export function withTargetEncoded(error: ParseError): Uint8Array | undefined {
  const { rawPacket: chunk, bytesParsed: at = -1 } = error;
  if (!chunk || (chunk[at] ?? 0) < 0x80) return undefined;
  const start = chunk.lastIndexOf(LINE_FEED, at) + 1;
  const found = chunk.indexOf(LINE_FEED, at);
  const end = found < 0 ? chunk.length : found;
  if (!START.test(String.fromCharCode(...chunk.subarray(start, at)))) return undefined;
  let line: string;
  try {
    line = decoder.decode(chunk.subarray(start, end));
  } catch {
    return undefined;
  }
  // deno-lint-ignore no-control-regex -- what is no ASCII
  const encoded = line.replace(/[^\x00-\x7f]+/g, encodeURIComponent);
  return Buffer.concat([Buffer.from(encoded, "latin1"), chunk.subarray(end)]);
}

/** Listeners of node:http, by their names: whoever parses next brings others. */
const PARSING = /^(?:bound )?(?:socketOn\w+|onConnectionClose|noop)$/;

/**
 * Has a socket parsed from its next request on as if it were new, after the parser of node:http has given it up.
 *
 * @param bytes What was read of that already.
 */
export function parseAgain(socket: Socket, bytes: Uint8Array): void {
  for (const event of ["data", "end", "close", "drain", "error", "timeout"]) {
    for (const listener of socket.listeners(event)) {
      if (PARSING.test(listener.name)) socket.off(event, listener as () => void);
    }
  }
  const { server, encrypted } = socket as Parsed;
  socket.unshift(bytes);
  // The first is node:http's own; others have taken the socket when it was new.
  const [listen] = server.listeners(encrypted ? "secureConnection" : "connection");
  listen?.call(server, socket);
  socket.resume();
}

/** A socket of node:http, as the types do not know it. */
interface Parsed extends Socket {
  readonly server: { listeners(event: string): ((this: unknown, socket: Socket) => void)[] };
  readonly encrypted?: boolean;
}
