import { parseIp } from "../../base/ip_address.ts";
import { type Network, parseNetworks } from "../../options/networks.ts";

/** The peers whose word about their clients is believed. */
export class TrustedPeers {
  readonly #networks: readonly Network[];
  readonly #unix: boolean;

  /** @param texts Addresses, networks, and names of several, which were checked. */
  constructor(texts: readonly string[]) {
    this.#unix = texts.includes("unix");
    this.#networks = texts.flatMap((text) => parseNetworks(text) ?? []);
  }

  /** @param address As a request names its peer: an IP address, or `unix-socket`. */
  has(address: string): boolean {
    if (address === "unix-socket") return this.#unix;
    // Of a link-local address, the interface follows.
    const bytes = parseIp(address.replace(/%.*$/s, ""));
    return bytes !== undefined && this.#networks.some((network) => contains(network, bytes));
  }
}

function contains({ address, bits }: Network, bytes: Uint8Array): boolean {
  if (address.length !== bytes.length) return false;
  const whole = bits >> 3;
  for (let at = 0; at < whole; at++) if (address[at] !== bytes[at]) return false;
  const rest = bits & 7;
  if (rest === 0) return true;
  return (((address[whole] ?? 0) ^ (bytes[whole] ?? 0)) >> (8 - rest)) === 0;
}
