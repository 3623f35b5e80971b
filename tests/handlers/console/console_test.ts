import { gunzipSync } from "node:zlib";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { httpLog } from "../../../lib/base/session_log.ts";
import type { Overview } from "../../../lib/contract.ts";
import { devConsole } from "../../../lib/handlers/console/console.ts";
import { fakeExchange, fakePlace } from "../../support/fake_place.ts";
import { CapturedLog } from "../../base/captured_log.ts";
import { fakeRequest, type RequestChanges } from "../../base/fake_request.ts";

async function ask(
  changes: RequestChanges = {},
  pattern = "*",
): Promise<Response | undefined> {
  using _log = new CapturedLog();
  return await devConsole(pattern).respond?.(fakeRequest(changes), fakeExchange(), fakePlace());
}

async function textOf(changes: RequestChanges = {}, pattern = "*"): Promise<string> {
  const answer = await ask(changes, pattern);
  assert(answer);
  return await answer.text();
}

async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `'sha256-${new Uint8Array(digest).toBase64()}'`;
}

Deno.test("devConsole() answers with a page that nobody keeps or reads as something else", async () => {
  const answer = await ask();
  assert(answer);
  const { headers } = answer;
  assertEquals(answer.status, 200);
  assertEquals(headers.get("content-type"), "text/html; charset=utf-8");
  assertEquals(headers.get("x-content-type-options"), "nosniff");
  assertEquals(headers.get("referrer-policy"), "no-referrer");
  assertEquals(headers.get("cache-control"), "no-store");
  const body = await answer.bytes();
  assertEquals(headers.get("content-length"), String(body.length));
  assertStringIncludes(new TextDecoder().decode(body), "<title>stdws dev console</title>");
});

Deno.test("devConsole() is compressed for who takes that", async () => {
  const plain = await (await ask())?.bytes();
  const cases: [accepts: string | undefined, encoding: string | null][] = [
    [undefined, null],
    ["identity", null],
    ["gzip;q=0", null],
    ["gzip", "gzip"],
    ["deflate, GZIP;q=0.9, br", "gzip"],
    ["gzip, deflate, br, zstd", "gzip"],
  ];
  for (const [accepts, encoding] of cases) {
    const headers: Record<string, string> = accepts === undefined
      ? {}
      : { "Accept-Encoding": accepts };
    for (const method of ["GET", "HEAD"]) {
      const answer = await ask({ method, headers });
      assert(answer);
      const { headers: got } = answer;
      assertEquals([accepts, got.get("content-encoding"), got.get("vary")], [
        accepts,
        encoding,
        "Accept-Encoding",
      ]);
      const body = await answer.bytes();
      if (method === "HEAD") {
        assertEquals(body.length, 0);
        continue;
      }
      assertEquals(got.get("content-length"), String(body.length));
      assertEquals(encoding ? new Uint8Array(gunzipSync(body)) : body, plain);
      if (encoding) assert(body.length * 3 < (plain?.length ?? 0));
    }
  }
});

Deno.test("devConsole() allows its own style and program, and nothing else", async () => {
  const answer = await ask();
  const policy = answer?.headers.get("content-security-policy") ?? "";
  const html = await answer?.text() ?? "";
  const styles = Array.from(html.matchAll(/<style>([^]*?)<\/style>/g), ([, text = ""]) => text);
  const scripts = Array.from(html.matchAll(/<script[^>]*>([^]*?)<\/script>/g), ([, t = ""]) => t);
  assertEquals([styles.length, scripts.length], [1, 1]);
  assert(scripts[0] && scripts[0].length > 10_000);
  assertEquals(policy.split("; "), [
    "default-src 'none'",
    `script-src ${await hashOf(scripts[0])}`,
    `style-src ${await hashOf(styles[0] ?? "")}`,
    "connect-src 'self' ws: wss:",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ]);
});

Deno.test("devConsole() has no resource of the network, no inline handler and no inline style", async () => {
  const html = await textOf();
  const markup = html.replace(/<(style|script)[^]*?<\/\1>/g, "");
  assertEquals(markup.match(/\s(?:src|href|action|srcset|poster)="[^"]*"/g), [' href="data:,"']);
  assertEquals(markup.match(/\s(?:on\w+|style)=/g), null);
  assertEquals(html.match(/url\(|@import|https?:\/\//g), null);
});

Deno.test("devConsole() writes text into the page, never markup", async () => {
  const html = await textOf();
  const sinks =
    /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|srcdoc/;
  assertEquals(sinks.exec(html), null);
});

const INJECTIONS: RequestChanges[] = [
  { path: '/"><script>alert(1)</script>', query: "<img src=x onerror=alert(1)>" },
  { path: "/</style></script><b>", host: '"><b>example' },
  { query: "</script><script>alert(1)</script>", headers: { "x-forwarded-host": "<b>" } },
  { headers: { "user-agent": "<b>", "referer": "<i>", "accept-language": "\"'><b>" } },
];
for (const changes of INJECTIONS) {
  for (const pattern of ["*", "/:path"]) {
    const where = pattern === "*" ? "at every path" : "at its path";
    Deno.test(`devConsole() ${where} puts nothing of ${JSON.stringify(changes)} into the page`, async () => {
      assertEquals(await textOf(changes, pattern), await textOf({}, pattern));
    });
  }
}

Deno.test("devConsole() answers HEAD with the same headers and no body", async () => {
  const [get, head] = [await ask(), await ask({ method: "HEAD" })];
  assert(get && head);
  assertEquals([...head.headers], [...get.headers]);
  assertEquals([head.status, head.body], [200, null]);
});

for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"]) {
  Deno.test(`devConsole() leaves ${method} to others`, async () => {
    assertEquals(await ask({ method }), undefined);
  });
}

Deno.test("devConsole() leaves an upgrade to others", async () => {
  const headers = { upgrade: "websocket", connection: "keep-alive, Upgrade" };
  assertEquals(await ask({ headers }), undefined);
});

Deno.test("devConsole() tells its page that the endpoint is elsewhere only where it has a path", async () => {
  assertStringIncludes(
    await textOf({ path: "/c" }, "/c"),
    '<html data-console="/c" lang',
  );
  assertEquals((await textOf()).match(/<html[^>]*>/)?.[0], '<html lang="en">');
});

Deno.test("devConsole() logs each page", async () => {
  using log = new CapturedLog();
  const request = fakeRequest({ path: "/a" });
  await devConsole().respond?.(request, fakeExchange(), fakePlace({ log: httpLog(request) }));
  assertEquals(log.lines.map((line) => line.replace(/^.*? \| /, "")), [
    "ACCESS | http       | url:'http://example.com:8080/a' remote:'192.0.2.1' | DEVCONSOLE",
  ]);
});

const OVERVIEW: Overview = {
  routes: [{ path: "/chat/:room", handler: "broadcast" }],
  refusal: (address, target, age) =>
    target === "/a?b" && age === 12 ? { status: 403, reason: `${address} may not` } : undefined,
};
const QUESTIONS: [question: string, status: number, answer: unknown][] = [
  ["routes", 200, { path: "/c", routes: OVERVIEW.routes }],
  ["refusal 12 /a?b", 200, { refusal: { status: 403, reason: "192.0.2.1 may not" } }],
  ["refusal 13 /a?b", 200, { refusal: null }],
  ["refusal", 400, { error: "Unknown question: refusal" }],
  ["refusal -1 /a", 400, { error: "Unknown question: refusal -1 /a" }],
  ["refusal 1 a", 400, { error: "Unknown question: refusal 1 a" }],
  ["", 400, { error: "Unknown question: " }],
];
for (const [question, status, expected] of QUESTIONS) {
  Deno.test(`devConsole() answers its page that asks for "${question}"`, async () => {
    using log = new CapturedLog("access");
    const request = fakeRequest({ path: "/c", query: "x", headers: { "stdws-ask": question } });
    const place = fakePlace({ overview: OVERVIEW });
    const answer = await devConsole("/c").respond?.(request, fakeExchange(), place);
    assertEquals([answer?.status, await answer?.json()], [status, expected]);
    assertEquals(answer?.headers.get("cache-control"), "no-store");
    assertEquals(answer?.headers.get("content-type"), "application/json");
    assertEquals(log.lines, []);
  });
}
