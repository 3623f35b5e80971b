import type { Attributes } from "npm:@opentelemetry/api@1.10.0";
import { splitHostPort } from "../host.ts";
import type { IncomingRequest, RemoteAddress } from "../request.ts";

/** Attributes of the span of a request. */
export interface RequestAttributes {
  /** Attributes that the runtime gives a span of its own as well. */
  readonly named: Attributes;
  readonly others: Attributes;
}

/**
 * A request by the names of OpenTelemetry's semantic conventions. Neither its query, in which secrets may be, nor any
 * header but the client's name for itself.
 */
export function requestAttributes(request: IncomingRequest): RequestAttributes {
  const { method, target, host, secure, headers, remote, proxy } = request;
  const server = splitHostPort(host, secure);
  const agent = headers.get("user-agent");
  return {
    named: {
      "http.request.method": method,
      "url.scheme": secure ? "https" : "http",
      "url.path": target.replace(/\?.*/s, ""),
    },
    others: {
      ...(server ? { "server.address": server.host, "server.port": Number(server.port) } : {}),
      "client.address": remote.address,
      // A trusted proxy, where that has passed it on.
      ...peerAttributes(proxy?.remote ?? remote),
      ...(agent === null ? {} : { "user_agent.original": agent }),
    },
  };
}

function peerAttributes({ address, port }: RemoteAddress): Attributes {
  if (port === "") return { "network.transport": "unix" };
  return { "network.peer.address": address, "network.peer.port": Number(port) };
}
