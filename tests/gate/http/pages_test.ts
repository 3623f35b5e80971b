import { assertEquals, assertThrows } from "@std/assert";
import { HandshakeError } from "../../../lib/base/errors.ts";
import { type OriginOptions, originRules } from "../../../lib/gate/origin.ts";
import { checkPage, preflight, sharingHeaders } from "../../../lib/gate/http/pages.ts";
import { parseOrigins } from "../../../lib/options/origins.ts";
import { fakeRequest } from "../../base/fake_request.ts";

const LISTED: OriginOptions = { origins: parseOrigins("https://a.example") };
const ANYBODY: OriginOptions = { origins: parseOrigins("*") };
const SAME: OriginOptions = { sameOrigin: true };

const OWN = "http://example.com:8080";

const ASKING: [headers: Record<string, string>, options: OriginOptions, admitted: boolean][] = [
  [{}, {}, true],
  [{ origin: "https://b.example" }, {}, true],
  [{ origin: "https://a.example" }, LISTED, true],
  [{ origin: "https://b.example" }, LISTED, false],
  [{}, LISTED, false],
  [{ origin: "https://b.example" }, ANYBODY, true],
  // A browser says no origin to ask its own server, but one of these.
  [{ referer: `${OWN}/page?a` }, SAME, true],
  [{ "sec-fetch-site": "same-origin" }, SAME, true],
  [{ "sec-fetch-site": "same-origin", origin: "null" }, SAME, true],
  [{ origin: OWN, "sec-fetch-site": "cross-site" }, SAME, true],
  [{ referer: "http://b.example/", "sec-fetch-site": "cross-site" }, SAME, false],
  [{ referer: `http://b.example/?${OWN}/` }, SAME, false],
  [{ "sec-fetch-site": "none" }, SAME, false],
  [{}, SAME, false],
];
Deno.test("checkPage() admits the same pages as of WebSockets", () => {
  for (const [headers, options, admitted] of ASKING) {
    const check = () => checkPage(fakeRequest({ headers }), options);
    if (admitted) check();
    else assertThrows(check, HandshakeError, undefined, JSON.stringify(headers));
  }
});

// As of a terminal: who is no page may.
const OWN_PAGES = originRules({ ownPages: true, isGuarded: true });
const OF_PAGES: [headers: Record<string, string>, admitted: boolean][] = [
  [{}, true],
  [{ "sec-fetch-site": "none" }, true],
  [{ "sec-fetch-site": "same-origin" }, true],
  // A page that has its browser say no more, as of an image with `referrerpolicy=no-referrer`.
  [{ "sec-fetch-site": "cross-site" }, false],
  [{ "sec-fetch-site": "same-site" }, false],
  [{ "sec-fetch-site": "cross-site", referer: `${OWN}/` }, true],
];
Deno.test("checkPage() does not take a page for nobody's because it says no more than that it is another one's", () => {
  for (const [headers, admitted] of OF_PAGES) {
    const check = () => checkPage(fakeRequest({ headers }), OWN_PAGES);
    if (admitted) check();
    else assertThrows(check, HandshakeError, undefined, JSON.stringify(headers));
  }
});

Deno.test("sharingHeaders() lets pages of listed origins read, with what is somebody's own", () => {
  const request = fakeRequest({ headers: { origin: "https://a.example" } });
  assertEquals(sharingHeaders(request, LISTED), [
    ["Access-Control-Allow-Origin", "https://a.example"],
    ["Access-Control-Allow-Credentials", "true"],
    ["Vary", "Origin"],
  ]);
  assertEquals(sharingHeaders(request, ANYBODY), [["Access-Control-Allow-Origin", "*"]]);
  assertEquals(sharingHeaders(request, {}), []);
  assertEquals(sharingHeaders(request, SAME), []);
  assertEquals(sharingHeaders(fakeRequest(), LISTED), []);
});

Deno.test("preflight() tells a browser what a page may, or refuses the page", () => {
  const request = (origin: string) => fakeRequest({ method: "OPTIONS", headers: { origin } });
  const { status, headers } = preflight(request("https://a.example"), LISTED);
  assertEquals([status, Object.fromEntries(headers)], [204, {
    "access-control-allow-credentials": "true",
    "access-control-allow-headers": "Authorization, Content-Type, Last-Event-ID",
    "access-control-allow-methods": "GET, POST",
    "access-control-allow-origin": "https://a.example",
    allow: "GET, HEAD, POST, OPTIONS",
    vary: "Origin",
  }]);
  assertThrows(() => preflight(request("https://b.example"), LISTED), HandshakeError);
  assertEquals(preflight(request("https://b.example"), {}).headers.has("vary"), false);
});
