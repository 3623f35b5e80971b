import { RelayError } from "../../connection/transport/relay/relay_frame.ts";
import { type IncomingRequest, isHost, type RemoteAddress } from "../../base/request.ts";

/** Puts a request into words for another server, as JSON. */
export function requestWords(request: IncomingRequest): unknown {
  const { trace: _, headers, ...words } = request;
  return { ...words, headers: [...headers] };
}

/**
 * Reads a request that another server has told of, which is checked like one that a client has sent.
 *
 * @throws {RelayError} If it is none.
 */
export function readRequest(words: unknown): IncomingRequest {
  const fields = fieldsOf(words, "request");
  const text = (name: string) => textOf(fields[name], name);
  const { proxy, authUntil } = fields;
  const host = text("host");
  if (host !== "" && !isHost(host)) throw new RelayError("The host of a request is none");
  const target = text("target");
  if (!target.startsWith("/")) throw new RelayError("The target of a request is no path");
  return Object.freeze({
    id: text("id"),
    method: text("method"),
    basePath: text("basePath"),
    target,
    path: text("path"),
    query: text("query"),
    host,
    headers: headersOf(fields.headers),
    remote: remoteOf(fields.remote),
    secure: fields.secure === true,
    ...(proxy === undefined ? {} : { proxy: proxyOf(proxy) }),
    subject: text("subject"),
    user: text("user"),
    authType: text("authType"),
    ...(authUntil === undefined ? {} : { authUntil: numberOf(authUntil, "authUntil") }),
    variables: textsOf(fields.variables, "variables"),
    route: text("route"),
    params: textsOf(fields.params, "params"),
    subprotocol: text("subprotocol"),
  });
}

/** @throws {RelayError} If it is no object of JSON. */
export function fieldsOf(words: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof words === "object" && words !== null && !Array.isArray(words)) {
    return words as Record<string, unknown>;
  }
  throw new RelayError(`"${what}" is no object`);
}

/** @throws {RelayError} If it is no text, or has a NUL in it. */
export function textOf(value: unknown, what: string): string {
  if (typeof value === "string" && !value.includes("\0")) return value;
  throw new RelayError(`"${what}" is no text`);
}

/** @throws {RelayError} If it is no number from 0 on. */
export function numberOf(value: unknown, what: string): number {
  if (typeof value === "number" && value >= 0 && Number.isFinite(value)) return value;
  throw new RelayError(`"${what}" is no number`);
}

/** @throws {RelayError} If it is no count: a whole number from 0 on. */
export function countOf(value: unknown, what: string): number {
  const number = numberOf(value, what);
  if (Number.isSafeInteger(number)) return number;
  throw new RelayError(`"${what}" is no count`);
}

/** @throws {RelayError} If it is no list of names and values that can be headers. */
export function pairsOf(value: unknown, what: string): [name: string, value: string][] {
  if (!Array.isArray(value)) throw new RelayError(`"${what}" is no list`);
  return value.map((pair: unknown) => {
    if (!Array.isArray(pair) || pair.length !== 2) throw new RelayError(`"${what}" has no pairs`);
    return [textOf(pair[0], what), textOf(pair[1], what)];
  });
}

/** @throws {RelayError} If they are none. */
export function headersOf(value: unknown): Headers {
  const pairs = pairsOf(value, "headers");
  try {
    return new Headers(pairs);
  } catch {
    throw new RelayError('"headers" has one that is none');
  }
}

function remoteOf(value: unknown): RemoteAddress {
  const { address, host, port } = fieldsOf(value, "remote");
  return {
    address: textOf(address, "address"),
    host: textOf(host, "host"),
    port: textOf(port, "port"),
  };
}

function proxyOf(value: unknown): NonNullable<IncomingRequest["proxy"]> {
  const { remote, scheme } = fieldsOf(value, "proxy");
  if (scheme === undefined || scheme === "http" || scheme === "https") {
    return { remote: remoteOf(remote), scheme };
  }
  throw new RelayError('"scheme" is neither "http" nor "https"');
}

function textsOf(value: unknown, what: string): Readonly<Record<string, string>> {
  const pairs = Object.entries(fieldsOf(value, what));
  return Object.freeze(Object.fromEntries(pairs.map(([name, one]) => [name, textOf(one, name)])));
}
