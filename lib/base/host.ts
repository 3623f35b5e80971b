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
