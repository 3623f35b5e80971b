/**
 * Picks a subprotocol (RFC 6455 §4.2.2): the first that the client offers of those that are spoken.
 *
 * @param offered The header `Sec-WebSocket-Protocol` as sent; null where there is none.
 * @param spoken Subprotocols that the route speaks.
 * @returns Empty where they have none in common.
 */
export function pickSubprotocol(offered: string | null, spoken: readonly string[]): string {
  return namesIn(offered).find((name) => spoken.includes(name)) ?? "";
}

/** Whether a client offers a subprotocol. */
export function offers(offered: string | null, name: string): boolean {
  return namesIn(offered).includes(name);
}

/** Names of the header that can be read: not all are tokens, as clients put what they like there, a key among others. */
export function namesIn(header: string | null): string[] {
  if (header === null) return [];
  return header.split(",").map((name) => name.trim()).filter((name) => /^[\x21-\x7e]+$/.test(name));
}
