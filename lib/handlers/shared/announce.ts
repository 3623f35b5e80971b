import type { IncomingRequest } from "../../base/request.ts";
import { fromBytes } from "../../process/environment.ts";

/** The `open` event of a connection. */
export function announce(request: IncomingRequest): string {
  const { id, path, query, params, remote, host, secure, subject, subprotocol } = request;
  const { user, authType, variables } = request;
  const headers: [name: string, value: string][] = [];
  for (const [name, value] of request.headers) headers.push([name, fromBytes(value)]);
  return JSON.stringify({
    type: "open",
    id,
    request: {
      path,
      query,
      params,
      headers: Object.fromEntries(headers),
      remote: { address: remote.address, host: remote.host, port: remote.port },
      host,
      secure,
      subject,
      user,
      authType,
      variables,
      subprotocol,
    },
  }) + "\n";
}
