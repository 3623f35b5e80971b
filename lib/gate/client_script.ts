import { createHash } from "node:crypto";
// @ts-types="../base/std.d.ts"
import { ifNoneMatch } from "npm:deno-std@1.4.0/http/etag.js";
import { httpLog } from "../base/session_log.ts";
import { clientScript } from "../client/script.ts";
import type { IncomingRequest } from "../contract.ts";

const PATH = "/_stdws/client.js";

interface Script {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
}

let made: Script | undefined;

/**
 * The answer to a request for the client of pages, `/_stdws/client.js`; undefined for any other. It is the same for
 * everybody, and has nothing of this server in it, so that pages of other sites may have it as well.
 */
export function clientScriptFor(request: IncomingRequest): Response | undefined {
  const { path, method } = request;
  if (path !== PATH || !["GET", "HEAD"].includes(method)) return undefined;
  const { body, headers } = made ??= make();
  httpLog(request).access("http", "CLIENT");
  const known = request.headers.get("if-none-match");
  if (known !== null && !ifNoneMatch(known, headers.ETag)) {
    const { "Content-Type": _, "Content-Length": __, ...others } = headers;
    return new Response(null, { status: 304, headers: others });
  }
  return new Response(method === "HEAD" ? null : body, { headers });
}

function make(): Script {
  const body = new TextEncoder().encode(clientScript());
  const headers = {
    "Content-Type": "text/javascript; charset=utf-8",
    "Content-Length": String(body.length),
    // Another version of the server may have another one.
    "Cache-Control": "no-cache",
    ETag: `"${createHash("sha256").update(body).digest("base64url")}"`,
    "X-Content-Type-Options": "nosniff",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
  };
  return { body, headers };
}
