import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Handler } from "../../contract.ts";
import { isUpgrade } from "../../base/is_upgrade.ts";
import { kindOf } from "../kind.ts";
import { assemble } from "./assemble.ts";

const FOLDER = new URL("../../console/", import.meta.url);

/**
 * A page for whoever builds against a WebSocket of this server. It is the same for every request: what
 * it connects to at first, the page finds out by itself.
 *
 * @param pattern Of its route: at `*`, the path that the page was asked for is the endpoint.
 */
export function devConsole(pattern = "*"): Handler {
  const answer = makeAnswer(pattern !== "*");
  return {
    respond({ method, headers: asked }, _, { log }) {
      if (!["GET", "HEAD"].includes(method) || isUpgrade(asked)) return undefined;
      log.access("http", "DEVCONSOLE");
      const { body, headers } = answer;
      return new Response(method === "HEAD" ? null : body, { headers });
    },
  };
}

/** `console` for the registry. */
export const consoleKind = kindOf({
  doc: "Serves a page for trying the WebSockets of this server",
  options: [],
  shown: "Developer console enabled   : ",
  make: ({ path }) => devConsole(path),
  // The page is put together from its files; an executable does not know where they are to others.
  needs(_, permissions) {
    permissions.add("read", Deno.build.standalone ? "lib/console" : resolve(fileURLToPath(FOLDER)));
  },
});

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
