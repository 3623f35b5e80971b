import { assertEquals, assertThrows } from "@std/assert";
import { HandshakeError } from "../../../lib/base/errors.ts";
import type { Evidence } from "../../../lib/gate/auth/authenticator.ts";
import { evidenceOf, withoutEvidence } from "../../../lib/gate/auth/evidence.ts";
import { fakeRequest, type RequestChanges } from "../../base/fake_request.ts";

const ANN = { basic: { user: "ann", password: "s3:cret" } };
const TOKEN = { token: "t0k.En-_~+/=" };

function authorization(value: string): RequestChanges {
  return { headers: { Authorization: value } };
}

const FOUND: [what: string, changes: RequestChanges, evidence: Evidence][] = [
  ["nothing", {}, {}],
  ["a password", authorization(`Basic ${btoa("ann:s3:cret")}`), ANN],
  ["its scheme in any case", authorization(`bAsIc  ${btoa("ann:s3:cret")}`), ANN],
  ["base64 without padding", authorization(`Basic ${btoa("ann:s3:cret").replace(/=+$/, "")}`), ANN],
  [
    "UTF-8",
    authorization(`Basic ${new TextEncoder().encode("ü:€").toBase64()}`),
    { basic: { user: "ü", password: "€" } },
  ],
  ["Latin-1", authorization(`Basic ${btoa("\xfc:\xe4")}`), { basic: { user: "ü", password: "ä" } }],
  ["no password", authorization(`Basic ${btoa("ann:")}`), { basic: { user: "ann", password: "" } }],
  ["a token", authorization(`Bearer ${TOKEN.token}`), TOKEN],
  ["its scheme in capitals", authorization(`BEARER ${TOKEN.token}`), TOKEN],
  ["another scheme", authorization('Digest username="ann"'), {}],
  ["a token in the query", { query: `a=b&access_token=${encodeURIComponent(TOKEN.token)}` }, TOKEN],
  ["a token in the query, spelled otherwise", { query: "%61ccess_token=abc" }, { token: "abc" }],
  ["a token of other characters in the query", { query: "access_token=a%20b" }, {}],
  ["a token in a cookie", { headers: { Cookie: "a=b; access_token=abc=; c=d" } }, {
    token: "abc=",
  }],
  ["a token in quotes", { headers: { Cookie: 'access_token="abc"' } }, { token: "abc" }],
  ["a cookie that ends like it", { headers: { Cookie: "my_access_token=abc" } }, {}],
  ["a token of JSON in a cookie", { headers: { Cookie: 'access_token={"a":1}' } }, {}],
  [
    "a token behind bearer",
    { headers: { "Sec-WebSocket-Protocol": "chat, bearer, abc, more" } },
    { token: "abc" },
  ],
  ["bearer alone", { headers: { "Sec-WebSocket-Protocol": "chat, bearer" } }, {}],
  ["bearer in capitals", { headers: { "Sec-WebSocket-Protocol": "BEARER, abc" } }, {}],
  [
    "a password and a token",
    { headers: { Authorization: `Basic ${btoa("ann:s3:cret")}`, Cookie: "access_token=abc" } },
    { ...ANN, token: "abc" },
  ],
  [
    "tokens everywhere",
    {
      query: "access_token=query",
      headers: {
        Authorization: "Bearer header",
        Cookie: "access_token=cookie",
        "Sec-WebSocket-Protocol": "bearer, protocol",
      },
    },
    { token: "header" },
  ],
  [
    "tokens in cookie and query",
    { query: "access_token=query", headers: { Cookie: "access_token=cookie" } },
    { token: "query" },
  ],
];
for (const [what, changes, evidence] of FOUND) {
  Deno.test(`evidenceOf() finds ${what}`, () => {
    assertEquals(evidenceOf(fakeRequest(changes)), evidence);
  });
}

const MALFORMED: [what: string, changes: RequestChanges][] = [
  ["what is no base64", authorization("Basic s3cret!")],
  ["base64 that does not end", authorization("Basic s3cre")],
  ["two passwords", authorization("Basic czNjcmV0, Basic czNjcmV0")],
  ["a password without a name", authorization(`Basic ${btoa("s3cret")}`)],
  ["no password at all", authorization("Basic")],
  ["a control character", authorization(`Basic ${btoa("ann:s3\0cret")}`)],
  ["no token", authorization("Bearer")],
  ["two tokens in a header", authorization("Bearer s3cret s3cret")],
  ["two tokens in the query", { query: "access_token=s3cret&access_token=s3cret" }],
];
for (const [what, changes] of MALFORMED) {
  Deno.test(`evidenceOf() refuses ${what} with 400, and does not say it`, () => {
    const error = assertThrows(() => evidenceOf(fakeRequest(changes)), HandshakeError);
    assertEquals([error.status, /s3cret|s3|czNj/.test(error.message)], [400, false]);
  });
}

Deno.test("withoutEvidence() leaves nothing of it, and all the rest", () => {
  const request = fakeRequest({
    path: "/a b",
    target: "/a%20b?x=1&access_token=s3cret&y=%2F",
    query: "x=1&access_token=s3cret&y=%2F",
    headers: {
      Authorization: "Bearer s3cret",
      Cookie: "a=b; access_token=s3cret; c=d",
      "Sec-WebSocket-Protocol": "chat, bearer, s3cret",
      Referer: "https://h/p?access_token=s3cret",
      "X-Original-URI": "/p?a=1&access_token=s3cret",
      "X-Question": "Why?",
      "X-Other": "1",
    },
  });
  const rest = withoutEvidence(request);
  assertEquals({ ...rest, headers: Object.fromEntries(rest.headers) }, {
    ...request,
    target: "/a%20b?x=1&y=%2F",
    query: "x=1&y=%2F",
    headers: {
      cookie: "a=b; c=d",
      "sec-websocket-protocol": "chat, bearer",
      referer: "https://h/p?access_token=***",
      "x-original-uri": "/p?a=1&access_token=***",
      "x-question": "Why?",
      "x-other": "1",
    },
  });
  assertEquals(request.headers.get("authorization"), "Bearer s3cret");
});

const ALONE: [changes: RequestChanges, target: string, headers: Record<string, string>][] = [
  [{ target: "/a?access_token=s3cret", query: "access_token=s3cret" }, "/a", {}],
  [{ target: "/a?", query: "" }, "/a?", {}],
  [{ headers: { Cookie: "access_token=s3cret" } }, "/", {}],
  [{ headers: { "Sec-WebSocket-Protocol": "bearer,s3cret" } }, "/", {
    "sec-websocket-protocol": "bearer",
  }],
  [{ headers: { "Sec-WebSocket-Protocol": "bearer, s3cret, bearer, s3cret" } }, "/", {
    "sec-websocket-protocol": "bearer, bearer",
  }],
];
for (const [changes, target, headers] of ALONE) {
  Deno.test(`withoutEvidence() makes ${target} of ${JSON.stringify(changes)}`, () => {
    const rest = withoutEvidence(fakeRequest(changes));
    assertEquals([rest.target, Object.fromEntries(rest.headers)], [target, headers]);
  });
}
