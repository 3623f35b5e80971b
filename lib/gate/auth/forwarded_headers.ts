import type { IncomingRequest } from "../../base/request.ts";
import type { Evidence } from "./authenticator.ts";
import { authorizationOf } from "./authorization.ts";

/** Headers of the connection, of the body, which is not sent on, and of the handshake (RFC 9110 §7.6.1, RFC 6455). */
const NOT_SENT =
  /^(?:connection|upgrade|keep-alive|proxy-.*|te|trailer|transfer-encoding|content-length|expect|host|http2-settings|sec-websocket-.*)$/;

/** Headers about the answer that was asked for, which is another one: its parts, its age, its encoding. */
const OF_ANSWER = /^(?:range|if-.*|accept-encoding)$/;

/** Headers that say who asks for what: of them nothing is a client's to say. */
const OURS =
  /^(?:forwarded|x-forwarded-.*|x-real-ip|x-original-.*|x-auth-request-.*|remote-(?:user|groups|name|email))$/;

/**
 * The headers of a question to a server that decides: those of the client, and what nginx (`X-Original-…`) and Traefik
 * (`X-Forwarded-…`) say of its request. With its credentials, whichever way they came.
 */
export function forwardedHeaders(request: IncomingRequest, evidence: Evidence): Headers {
  const { headers, method, host, remote, secure } = request;
  const target = request.basePath + request.target;
  const named = (headers.get("connection") ?? "").toLowerCase().split(",").map((it) => it.trim());
  const sent = new Headers();
  for (const [name, value] of headers) {
    // One with an underscore is the same to many servers.
    const plain = name.replaceAll("_", "-");
    const isKept = ![NOT_SENT, OF_ANSWER, OURS].some((names) => names.test(plain));
    if (isKept && !named.includes(name)) sent.append(name, value);
  }
  const authorization = authorizationOf(request, evidence);
  if (authorization !== null) sent.set("authorization", authorization);
  const scheme = secure ? "https" : "http";
  sent.set("x-forwarded-method", method);
  sent.set("x-forwarded-proto", scheme);
  sent.set("x-forwarded-host", host);
  sent.set("x-forwarded-uri", target);
  // On a Unix socket there is none.
  if (remote.port !== "") sent.set("x-forwarded-for", remote.address);
  sent.set("x-original-method", method);
  sent.set("x-original-uri", target);
  sent.set("x-original-url", `${scheme}://${host}${target}`);
  return sent;
}
