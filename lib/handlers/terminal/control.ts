import { CodecError } from "../../base/errors.ts";
import { offers } from "../../base/subprotocol.ts";
import type { TerminalSize } from "../../process/pty/pty.ts";
import { COUNT, isCount } from "./size.ts";

/** The subprotocol of clients that say the size of their terminal, and how much they have shown. */
export const PROTOCOL = "stdws.terminal.v1";

/** The word of a client about its terminal. */
export interface Control {
  readonly size?: TerminalSize;
  /** Bytes of output that it has shown, of all that it was sent. */
  readonly read?: number;
}

/**
 * Reads a text message of a client that speaks {@linkcode PROTOCOL}. Names that it does not know are left out.
 *
 * @throws {CodecError} If it is none (1007).
 */
export function parseControl(text: string): Control {
  const { columns, rows, read } = objectIn(text);
  if (read !== undefined && !(Number.isSafeInteger(read) && (read as number) >= 0)) {
    refuse("expected a number of bytes as read");
  }
  const hasSize = columns !== undefined || rows !== undefined;
  if (hasSize && !(isCount(columns) && isCount(rows))) {
    refuse(`expected ${COUNT} as columns and as rows`);
  }
  return {
    ...(hasSize && { size: { columns, rows } as TerminalSize }),
    ...(read !== undefined && { read: read as number }),
  };
}

function objectIn(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Told with what is none either.
  }
  return refuse("expected an object in JSON");
}

function refuse(why: string): never {
  throw new CodecError(1007, `Not a text message of ${PROTOCOL}: ${why}`);
}

/** Whether a client offers {@linkcode PROTOCOL}. */
export function speaksProtocol(headers: Pick<Headers, "get">): boolean {
  return offers(headers.get("sec-websocket-protocol"), PROTOCOL);
}
