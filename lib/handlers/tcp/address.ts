import { UsageError } from "../../base/errors.ts";
import { splitHostPort } from "../../base/host.ts";

/** The address that a connection is made to, as `Deno.connect` takes it. */
export type TcpAddress =
  | { readonly transport: "tcp"; readonly hostname: string; readonly port: number }
  | { readonly transport: "unix"; readonly path: string };

/**
 * Reads `HOST:PORT`, with IPv6 in brackets, or `unix:PATH`.
 *
 * @throws {UsageError} If it is none of these, or has a placeholder in it: clients must not choose where
 * they are led.
 */
export function parseTcpAddress(text: string): TcpAddress {
  if (/\{.*\}/.test(text)) {
    throw new UsageError(`Invalid address "${text}" of tcp: it cannot have {name} in it`);
  }
  if (text.startsWith("unix:")) {
    const path = text.slice("unix:".length);
    if (path !== "" && !path.includes("\0")) return { transport: "unix", path };
  } else {
    // Without a port there would be 80.
    const { host = "", port = "" } = /:\d+$/.test(text) ? splitHostPort(text, false) ?? {} : {};
    if (isHost(host) && Number(port) >= 1 && Number(port) <= 65535) {
      return { transport: "tcp", hostname: host, port: Number(port) };
    }
  }
  throw new UsageError(
    `Invalid address "${text}" of tcp: expected HOST:PORT, [IPv6]:PORT or unix:PATH`,
  );
}

function isHost(host: string): boolean {
  return host.includes(":") ? URL.canParse(`http://[${host}]/`) : /^[\w.-]+$/.test(host);
}
