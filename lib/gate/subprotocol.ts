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

function namesIn(header: string | null): string[] {
  return header === null ? [] : header.split(",").map((name) => name.trim());
}
