import { HandshakeError } from "../base/errors.ts";
import { splitHostPort } from "../base/host.ts";
import type { IncomingRequest } from "../base/request.ts";
import { shown } from "../base/shown.ts";

const NAME = /^(?:localhost|[^/]+\.localhost|[\d.]+|[\da-f:.]*:[\da-f:.]*)$/i;

/**
 * Guards a place that is open to this machine against pages of the web that a browser on it shows: their server
 * could have its own name mean this machine (DNS rebinding), and the browser would say that name.
 *
 * @throws {HandshakeError} If it says another name (403).
 */
export function expectOwnHost({ host, secure }: Pick<IncomingRequest, "host" | "secure">): void {
  const name = splitHostPort(host, secure)?.host ?? "";
  if (NAME.test(name)) return;
  throw new HandshakeError(403, `The Host ${shown(host)} is no address of this machine`);
}
