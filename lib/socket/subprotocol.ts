import { UsageError } from "../base/errors.ts";

/**
 * Picks a subprotocol (RFC 6455 §4.2.2): the first that the client offers of those that are spoken.
 *
 * @param offered The header `Sec-WebSocket-Protocol` as sent; null where there is none.
 * @param spoken What the route speaks.
 * @returns Empty where they have none in common.
 */
export function pickSubprotocol(offered: string | null, spoken: readonly string[]): string {
  return namesIn(offered).find((name) => spoken.includes(name)) ?? "";
}

/**
 * Checks names of subprotocols.
 *
 * @param option Where they stand, for the message.
 * @throws {UsageError} If one is none (RFC 6455 §4.1: a token, RFC 9110 §5.6.2).
 */
export function checkSubprotocols(names: readonly string[], option: string): readonly string[] {
  for (const name of names) {
    if (/^[\w!#$%&'*+.^`|~-]+$/.test(name)) continue;
    throw new UsageError(
      `Invalid value "${name}" for ${option}: expected a name without spaces and separators`,
      2,
    );
  }
  return names;
}

/** Whether a client offers a subprotocol. */
export function offers(offered: string | null, name: string): boolean {
  return namesIn(offered).includes(name);
}

function namesIn(header: string | null): string[] {
  return header === null ? [] : header.split(",").map((name) => name.trim());
}
