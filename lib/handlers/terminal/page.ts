import { clientScript } from "../../client/script.ts";
import { isUpgrade } from "../../base/is_upgrade.ts";
import type { Log } from "../../base/log.ts";
import type { IncomingRequest } from "../../base/request.ts";
import { type PageAnswer, pageAnswer } from "../console/page_answer.ts";
import { readPage } from "../console/read_page.ts";

let answer: PageAnswer | undefined;

/**
 * Answers a browser that asks for a page with the page of terminals.
 *
 * @returns undefined for any other request.
 */
export function terminalPage(
  request: IncomingRequest,
  log: Log,
): Response | undefined {
  const { method, headers: asked } = request;
  if (!["GET", "HEAD"].includes(method) || isUpgrade(asked)) return undefined;
  if (!/\btext\/html\b/.test(asked.get("accept") ?? "")) return undefined;
  log.access("http", "TERMINAL");
  answer ??= makeAnswer();
  return answer(request);
}

/** At the first request: most servers have no terminal. */
function makeAnswer(): PageAnswer {
  // As a script of its own its class is there for all modules.
  const client = `${
    clientScript().replace(/^export /m, "")
  }globalThis.ResumingWebSocket = ResumingWebSocket;`;
  const page = readPage("terminal/page.html", { "terminal/client.js": client });
  return pageAnswer(page, page.html, "'self'");
}
