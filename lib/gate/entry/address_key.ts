import { formatIp, parseIp } from "../../base/ip_address.ts";

// Bytes of an address of IPv6 that name the network of a client (RFC 6177).
const NETWORK = 8;

/**
 * Names a client where addresses are counted: by one of IPv4, and of IPv6 by the network that a client has to itself,
 * as `2001:db8:0:1::/64`: the rest of it anybody can choose anew for each connection.
 *
 * @returns undefined where it has none, as on a Unix socket.
 */
export function addressKey(address: string): string | undefined {
  if (address === "unix-socket" || address === "") return undefined;
  if (!address.includes(":")) return address;
  const bytes = parseIp(address.replace(/%.*/, ""));
  if (!bytes) return address;
  return bytes.length === 4 ? formatIp(bytes) : `${formatIp(bytes.fill(0, NETWORK))}/64`;
}
