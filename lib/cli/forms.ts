import { UsageError } from "../base/errors.ts";
import type { Header } from "../socket/dispatch.ts";
import { parseOrigins } from "../socket/origin.ts";

/** A text that an option of the command line does not take. */
export class FormError extends Error {
  override readonly name = "FormError";
  /** What it takes. */
  readonly expected: string;

  /** @param expected What the option takes, to follow “expected”. */
  constructor(expected: string) {
    super(`expected ${expected}`);
    this.expected = expected;
  }
}

/**
 * Reads a header as it stands in an answer.
 *
 * @throws {FormError} If it is none.
 */
export function parseHeader(text: string): Header {
  const colon = text.indexOf(":");
  const header: Header = [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
  try {
    if (colon > 0) {
      // Refuses what cannot be a name or a value.
      new Headers([[...header]]);
      return header;
    }
  } catch {
    // Said below.
  }
  throw new FormError('"Name: value"');
}

/**
 * Reads the permissions of a file.
 *
 * @throws {FormError} If they are not like that.
 */
export function parseMode(text: string): number {
  if (/^0?[0-7]{3}$/.test(text)) return parseInt(text, 8);
  throw new FormError("three octal digits, as 0660");
}

/**
 * Checks a list of origins.
 *
 * @throws {FormError} If one of them is none.
 */
export function checkOrigins(list: string): void {
  try {
    parseOrigins(list);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new FormError("[scheme://]host[:port], separated by commas");
  }
}
