import { UsageError } from "../base/errors.ts";
import type { Responder } from "../base/responder.ts";
import { httpLog } from "../base/session_log.ts";
import { isUpgrade } from "../socket/handshake.ts";
import { assemble } from "./assemble.ts";

/** Where the console is. */
export interface ConsoleOptions {
  /** The one path that it answers at; default: every path. */
  readonly path?: string;
}

const FOLDER = new URL("./console/", import.meta.url);

/**
 * A page for whoever builds against a WebSocket of this server. It is the same for every request: what
 * it connects to at first, the page finds out by itself.
 *
 * @throws {UsageError} If the path does not start with a slash.
 */
export function devConsole(options: ConsoleOptions = {}): Responder {
  const { path } = options;
  if (path !== undefined && !path.startsWith("/")) {
    throw new UsageError(
      `Invalid value "${path}" for --devconsole: expected a path such as /_console`,
    );
  }
  const answer = makeAnswer(path !== undefined);
  return {
    respond(request) {
      if (path !== undefined && request.path !== path) return undefined;
      if (!["GET", "HEAD"].includes(request.method) || isUpgrade(request.headers)) return undefined;
      httpLog(request).access("http", "DEVCONSOLE");
      const { body, headers } = answer;
      return new Response(request.method === "HEAD" ? null : body, { headers });
    },
  };
}

function makeAnswer(hasOwnPath: boolean) {
  const page = assemble((name) => Deno.readTextFileSync(new URL(name, FOLDER)));
  // At a path of its own, what the page was asked for is the console and no endpoint.
  const html = hasOwnPath ? page.html.replace("<html", '<html data-endpoint="/"') : page.html;
  const body = new TextEncoder().encode(html);
  const headers = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Length": String(body.length),
    "Content-Security-Policy": [
      "default-src 'none'",
      `script-src '${page.scriptHash}'`,
      `style-src '${page.styleHash}'`,
      // The URL to connect to can be edited.
      "connect-src ws: wss:",
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
  };
  return { body, headers };
}
