import { HandshakeError } from "../base/errors.ts";
import { inBrackets, splitHostPort } from "../base/host.ts";
import type { Handler } from "../contract.ts";

/** The target of a {@linkcode redirect}. */
export interface RedirectOptions {
  readonly port: number;
  readonly secure: boolean;
  /** The prefix of all paths there; default: none. */
  readonly basePath?: string;
}

/** Sends every request to the same host at another port: `scheme://host:port/`. */
export function redirect({ port, secure, basePath = "" }: RedirectOptions): Handler {
  const scheme = secure ? "https" : "http";
  return {
    respond({ host }) {
      const name = splitHostPort(host, secure)?.host;
      if (!name) throw new HandshakeError(400, `The Host header is "${host}"`);
      const location = `${scheme}://${inBrackets(name)}:${port}${basePath}/`;
      return new Response(`301 Moved Permanently: ${location}\n`, {
        status: 301,
        headers: { Location: location },
      });
    },
  };
}
