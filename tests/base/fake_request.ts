import { ID_PREFIX, type IncomingRequest } from "../../lib/base/request.ts";

/** What is said of a {@linkcode fakeRequest}; the rest is an ordinary request from this machine. */
export type RequestChanges = Partial<Omit<IncomingRequest, "headers">> & {
  readonly headers?: Record<string, string> | [string, string][];
};

let requests = 0;

/** A snapshot of a request that nobody sent, for what decides about requests without a server. */
export function fakeRequest(changes: RequestChanges = {}): IncomingRequest {
  const { headers = {}, path = "/", query = "" } = changes;
  return Object.freeze({
    // Of this server's ids, because orphans are looked for by their prefix.
    id: `${ID_PREFIX}fake${++requests}`,
    method: "GET",
    basePath: "",
    target: path + (query && `?${query}`),
    path,
    query,
    host: "example.com:8080",
    remote: { address: "192.0.2.1", host: "192.0.2.1", port: "54321" },
    secure: false,
    subject: "",
    user: "",
    authType: "",
    variables: {},
    route: "",
    params: {},
    subprotocol: "",
    ...changes,
    headers: new Headers(headers),
  });
}
