import { gzipSync } from "node:zlib";
// @ts-types="../../base/std.d.ts"
import { acceptsEncodings } from "npm:deno-std@1.4.0/http/negotiation.js";
import type { IncomingRequest } from "../../base/request.ts";
import type { Page } from "./assemble.ts";

/** Answers a request with a page. */
export type PageAnswer = (request: Pick<IncomingRequest, "method" | "headers">) => Response;

/**
 * The answer that is a page: with a policy by which it runs and shows nothing but its own parts, whatever gets into it;
 * compressed, once for all, for who takes that.
 *
 * @param html The page, with what only this server knows.
 * @param connect The places that its program may connect to, as `connect-src` names them.
 */
export function pageAnswer(page: Page, html: string, connect: string): PageAnswer {
  const plain = new TextEncoder().encode(html);
  let gzip: Uint8Array<ArrayBuffer> | undefined;
  const headers = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": [
      "default-src 'none'",
      `script-src ${page.scriptHashes.map((hash) => `'${hash}'`).join(" ")}`,
      `style-src '${page.styleHash}'`,
      `connect-src ${connect}`,
      // An icon that is empty, so that the browser asks for none.
      "img-src data:",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ].join("; "),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    Vary: "Accept-Encoding",
  };
  return ({ method, headers: asked }) => {
    // Who says nothing takes any, and mostly knows of none.
    const isGzip = asked.has("accept-encoding") &&
      acceptsEncodings({ headers: asked }, "gzip", "identity") === "gzip";
    const body = isGzip ? gzip ??= new Uint8Array(gzipSync(plain)) : plain;
    return new Response(method === "HEAD" ? null : body, {
      headers: {
        ...headers,
        ...isGzip && { "Content-Encoding": "gzip" },
        "Content-Length": String(body.length),
      },
    });
  };
}
