import type { Page } from "./assemble.ts";

/** A page as it is answered. */
export interface PageAnswer {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The answer that is a page: with a policy by which it runs and shows nothing but its own parts, whatever gets into it.
 *
 * @param html The page, with what only this server knows.
 * @param connect The places that its program may connect to, as `connect-src` names them.
 */
export function pageAnswer(page: Page, html: string, connect: string): PageAnswer {
  const body = new TextEncoder().encode(html);
  const headers = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Length": String(body.length),
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
  };
  return { body, headers };
}
