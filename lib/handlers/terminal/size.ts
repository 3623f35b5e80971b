import { HandshakeError } from "../../base/errors.ts";
import type { TerminalSize } from "../../process/pty/pty.ts";

// More than any screen has; a program may have memory for each place.
const MOST = 1_000;

/** The size of a terminal whose client does not say any. */
export const DEFAULT_SIZE: TerminalSize = { columns: 80, rows: 24 };

/** Whether something is a number of columns or rows that a terminal can have. */
export function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MOST;
}

/** The words that say what {@linkcode isCount} takes. */
export const COUNT = `a whole number from 1 to ${MOST}`;

/**
 * The size that a client asks for by `?columns=80&rows=24`.
 *
 * @returns undefined where it does not.
 * @throws {HandshakeError} If it is none (400).
 */
export function sizeIn(query: string): TerminalSize | undefined {
  const asked = new URLSearchParams(query);
  const [columns, rows] = [countIn(asked, "columns"), countIn(asked, "rows")];
  if (columns === undefined && rows === undefined) return undefined;
  return { columns: columns ?? DEFAULT_SIZE.columns, rows: rows ?? DEFAULT_SIZE.rows };
}

function countIn(asked: URLSearchParams, name: string): number | undefined {
  const text = asked.get(name);
  if (text === null) return undefined;
  const count = /^\d{1,4}$/.test(text) ? Number(text) : NaN;
  if (isCount(count)) return count;
  throw new HandshakeError(400, `Invalid ${name}=${text} in the query: expected ${COUNT}`);
}
