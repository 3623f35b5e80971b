// @ts-types="../../base/std.d.ts"
import { escape } from "npm:deno-std@1.4.0/html/entities.js";
import type { Handler } from "../../contract.ts";
import { isUpgrade } from "../../base/is_upgrade.ts";
import { kindOf } from "../kind.ts";
import { answerTo, ASK } from "./answer_to.ts";
import { type PageAnswer, pageAnswer } from "./page_answer.ts";
import { needsPages, readPage } from "./read_page.ts";

/**
 * A page for whoever builds against a WebSocket of this server. It is the same for every request: what
 * it connects to at first, the page finds out by itself, and for what the server knows, it asks.
 *
 * @param pattern Of its route: at `*`, the path that the page was asked for is the endpoint.
 */
export function devConsole(pattern = "*"): Handler {
  const answer = makeAnswer(pattern);
  return {
    respond(request, _, { log, overview }) {
      const { method, headers: asked } = request;
      if (!["GET", "HEAD"].includes(method) || isUpgrade(asked)) return undefined;
      const question = asked.get(ASK);
      if (question !== null) {
        log.trace("http", `DEVCONSOLE asks for ${question}`);
        return answerTo(question, request, overview);
      }
      log.access("http", "DEVCONSOLE");
      return answer(request);
    },
  };
}

/** `console` for the registry. */
export const consoleKind = kindOf({
  doc: "Serves a page for trying the WebSockets of this server",
  example: [
    "stdws --port=8080 --route='/_console=console' --echo",
  ],
  options: [],
  shown: "Developer console enabled   : ",
  make: ({ path }) => devConsole(path),
  needs: (_, permissions) => needsPages(permissions),
});

function makeAnswer(pattern: string): PageAnswer {
  const page = readPage("page.html");
  // At a path of its own, what the page was asked for is the console and no endpoint.
  const own = pattern === "*" ? "" : ` data-console="${escape(pattern)}"`;
  const html = page.html.replace("<html", () => `<html${own}`);
  // The URL to connect to can be edited; the page's own is where it asks.
  return pageAnswer(page, html, "'self' ws: wss:");
}
