import { withoutBrackets } from "../base/host.ts";
import { parseIp } from "../base/ip_address.ts";

/** Addresses that begin with the same bits. */
export interface Network {
  /** 4 or 16 bytes. */
  readonly address: Uint8Array;
  /** How many bits of them count. */
  readonly bits: number;
}

/** The form of networks, to follow “expected”. */
export const NETWORKS =
  "addresses, networks as 10.0.0.0/8, unix, loopback or private, separated by commas";

/** Names of several networks. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  // Clients of a Unix socket have no address.
  unix: [],
  loopback: ["127.0.0.0/8", "::1"],
  // RFC 1918, RFC 4193.
  private: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"],
};

/**
 * Reads an address, a network by its prefix (RFC 4632), or a name of several.
 *
 * @returns Empty for `unix`; undefined where it is none of these.
 */
export function parseNetworks(text: string): readonly Network[] | undefined {
  if (Object.hasOwn(NAMED, text)) return NAMED[text]?.flatMap((each) => parseNetworks(each) ?? []);
  const [, host = "", prefix] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = parseIp(withoutBrackets(host));
  if (!address) return undefined;
  const most = 8 * address.length;
  // An IPv4 address that is written as IPv6 has 96 bits in front, which are always the same.
  const before = address.length === 4 && host.includes(":") ? 96 : 0;
  const bits = prefix === undefined ? most : Number(prefix) - before;
  return bits >= 0 && bits <= most ? [{ address, bits }] : undefined;
}

/** Whether a network has all addresses. */
export function isEverybody(network: string): boolean {
  return /\/0+$/.test(network);
}
