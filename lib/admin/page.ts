import { plain } from "../base/plain.ts";
import type { Handler } from "../contract.ts";
import { pageAnswer } from "../handlers/console/page_answer.ts";
import { readPage } from "../handlers/console/read_page.ts";
import { byMethod } from "./by_method.ts";

/** A page for people, which asks by itself for what it shows: `/metrics` and `/connections` beside it. */
export function page(): Handler {
  const made = readPage("admin/page.html");
  return byMethod({ GET: pageAnswer(made, made.html, "'self'") });
}

/** Leads from `/admin` to `/admin/`, beside which is what the page asks for; a proxy may have taken off more. */
export function toPage(prefix: string): Handler {
  const Location = `${prefix.split("/").at(-1)}/`;
  return byMethod({ GET: () => plain(308, { Location }) });
}
