/** A host and a port, as a Host header or an origin names them. */
export interface HostPort {
  /** Name or address, IPv6 without brackets. */
  readonly host: string;
  readonly port: string;
}

/**
 * Takes `host`, `host:port`, `[::1]` or `[::1]:port` apart.
 *
 * @param secure Whether a missing port means 443 instead of 80.
 * @returns undefined where it is none of these.
 */
export function splitHostPort(text: string, secure: boolean): HostPort | undefined {
  const match = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d*))?$/.exec(text);
  if (!match) return undefined;
  return { host: match[1] ?? match[2] ?? "", port: match[3] ?? (secure ? "443" : "80") };
}

/**
 * Whether an address, IPv6 without brackets, is of this machine alone. Names can mean anything, but for the one that
 * may not (RFC 6761 §6.3).
 */
export function isLoopback(hostname: string): boolean {
  return /^(?:127(?:\.\d{1,3}){3}|::1|localhost)$/i.test(hostname);
}

/** An address as people write it: a socket for IPv4 and IPv6 shows IPv4 peers as `::ffff:1.2.3.4`. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "");
}

/** Why nothing can be listened on at an address, as far as its text tells; undefined where that tells nothing. */
export function addressFault(address: string): string | undefined {
  if (!/^(?:[^:]+|\[.*\]):\d+$/.test(address)) return undefined;
  return `Cannot listen on "${address}": an address has no port in it, which is an option of its own`;
}

/** A host as it stands in front of a port: IPv6 in brackets (RFC 3986 §3.2.2). */
export function inBrackets(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** The same without them. */
export function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, "$1");
}
