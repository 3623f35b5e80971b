import { formatIp, parseIp } from "../../base/ip_address.ts";
import type { RemoteAddress } from "../../base/request.ts";

/**
 * Reads the address of a client as proxies write it: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]:80`
 * (RFC 7239 §6).
 *
 * @returns undefined where it is none, as `unknown` and names that hide it, `_hidden`.
 */
export function clientAddress(text: string): RemoteAddress | undefined {
  const [, inBrackets, plain, port = ""] =
    /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}|_[\w.-]+))?$/.exec(text) ?? [];
  const bytes = parseIp(inBrackets ?? plain ?? text);
  if (!bytes || (inBrackets !== undefined && !inBrackets.includes(":"))) return undefined;
  if (Number(port) > 65_535) return undefined;
  const address = formatIp(bytes);
  return { address, host: address, port: port.startsWith("_") ? "" : port };
}
