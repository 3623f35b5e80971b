import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { UsageError } from "../../../lib/base/errors.ts";
import { Log } from "../../../lib/base/log.ts";
import { Permits } from "../../../lib/base/permits.ts";
import type { Denial, Evidence, Identity } from "../../../lib/gate/auth/authenticator.ts";
import { forward } from "../../../lib/gate/auth/forward.ts";
import { CapturedLog } from "../../base/captured_log.ts";
import { fakeRequest, type RequestChanges } from "../../base/fake_request.ts";
import { DecidingServer } from "../../support/deciding_server.ts";

interface Asked {
  readonly request?: RequestChanges;
  readonly evidence?: Evidence;
  readonly left?: AbortSignal;
  /** Terms behind the address. */
  readonly terms?: string;
}

const NEVER = new AbortController().signal;
const UPGRADE = { Upgrade: "websocket", Connection: "Upgrade" };

async function check(
  server: { readonly url: string },
  asked: Asked = {},
): Promise<Identity | Denial> {
  const { request = {}, evidence = {}, left = NEVER, terms = "" } = asked;
  await using authenticator = forward(server.url + terms);
  const context = { log: new Log(), processes: new Permits(0), left, signal: NEVER };
  const found = await authenticator.check(fakeRequest(request), evidence, context);
  assert(found);
  return found;
}

Deno.test("forward() lets in where the answer is 2xx, as who it says", async () => {
  const none = {
    "remote-user": undefined,
    "x-forwarded-user": undefined,
    "x-auth-request-user": undefined,
  };
  const rows: readonly (readonly [
    status: number,
    answer: Record<string, string>,
    terms: string,
    user: string,
    headers: Readonly<Record<string, string | undefined>>,
  ])[] = [
    [200, {}, "", "", none],
    [204, {}, "", "", none],
    [299, {}, "", "", none],
    [200, { "Remote-User": "jane" }, "", "jane", { ...none, "remote-user": "jane" }],
    [200, { "X-Forwarded-User": "jane" }, "", "jane", { ...none, "x-forwarded-user": "jane" }],
    [200, { "X-Auth-Request-User": "j" }, "", "j", { ...none, "x-auth-request-user": "j" }],
    // UTF-8, a character for each byte of it.
    [200, { "Remote-User": "J\xc3\xbcrgen" }, "", "Jürgen", {
      ...none,
      "remote-user": "J\xc3\xbcrgen",
    }],
    [200, { "X-Id": "5", "Remote-User": "j" }, ";user=X-Id", "5", {
      ...none,
      "remote-user": "j",
      "x-id": "5",
    }],
    [200, { "X-Email": "j@a", "X-Not": "1" }, ";headers=X-Email,X-Groups", "", {
      ...none,
      "x-email": "j@a",
      "x-groups": undefined,
    }],
  ];
  for (const [status, answer, terms, user, headers] of rows) {
    await using server = new DecidingServer(() =>
      new Response(status === 204 ? null : "ignored", { status, headers: answer })
    );
    assertEquals(await check(server, { terms }), { user, type: "", headers });
  }
});

Deno.test("forward() passes on a refusal, and of a login elsewhere what a client can use", async () => {
  const rows: readonly (readonly [
    status: number,
    answer: Record<string, string>,
    expected: string,
    upgrades?: string,
  ])[] = [
    [
      401,
      { "WWW-Authenticate": "Own", "X-Internal": "1", "Set-Cookie": "a=b" },
      '401 {"content-length":"2","content-type":"text/plain;charset=UTF-8","set-cookie":"a=b","www-authenticate":"Own"} No',
    ],
    [
      403,
      { "Content-Type": "text/html" },
      '403 {"content-length":"2","content-type":"text/html"} No',
    ],
    [
      302,
      { Location: "https://login.example/?back=1", "Content-Type": "text/html" },
      '302 {"content-length":"2","content-type":"text/html","location":"https://login.example/?back=1"} No',
      '401 {"content-length":"0"} ',
    ],
  ];
  for (const [status, headers, expected, upgrades = expected] of rows) {
    await using server = new DecidingServer(() => new Response("No", { status, headers }));
    for (const [headers, answer] of [[{}, expected], [UPGRADE, upgrades]] as const) {
      const found = await check(server, { request: { headers } });
      assert("reason" in found && found.response);
      assertEquals(found.status, status === 403 ? 403 : 401);
      assertEquals(found.reason, `the other server answered ${status}`);
      const { response } = found;
      const told = JSON.stringify(Object.fromEntries([...response.headers].sort()));
      assertEquals(`${response.status} ${told} ${await response.text()}`, answer);
    }
  }
});

Deno.test("forward() says once a minute that there is no decision, and lets nobody in", async () => {
  using log = new CapturedLog();
  const endless = () =>
    new Response(
      new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) }),
    );
  const rows: readonly (readonly [answer: () => Response, why: string])[] = [
    [() => new Response("no", { status: 500 }), "the answer is 500"],
    [() => new Response("no", { status: 404 }), "the answer is 404"],
    [() => new Response("no", { status: 400 }), "the answer is 400"],
    [() => new Response(null, { status: 304 }), "the answer is 304"],
    [endless, "its answer is larger than 64 KiB"],
  ];
  for (const [answer, why] of rows) {
    await using server = new DecidingServer(answer);
    const problem = `ask "${server.url}" who may come in: ${why}`;
    await using authenticator = forward(`${server.url}?key=secret`);
    const context = { log: new Log(), processes: new Permits(0), left: NEVER, signal: NEVER };
    for (let n = 0; n < 3; n++) {
      const found = await authenticator.check(fakeRequest(), {}, context);
      assertEquals(found, { status: 503, reason: `nobody could ${problem}` });
    }
    assertEquals(log.messages.splice(0), [`ERROR http: Cannot ${problem}`]);
    log.lines.length = 0;
  }
  const server = new DecidingServer(() => new Response());
  await server[Symbol.asyncDispose]();
  assertMatch((await check(server) as Denial).reason, /: Connection refused$/);
});

Deno.test("forward() waits no longer than its client does", async () => {
  using log = new CapturedLog();
  const late = Promise.withResolvers<Response>();
  const left = new AbortController();
  await using server = new DecidingServer(() => {
    left.abort(new Error("gone"));
    return late.promise;
  });
  const found = await check(server, { left: left.signal });
  assertMatch((found as Denial).reason, /: gone$/);
  assertEquals(log.messages, []);
  late.resolve(new Response());
});

Deno.test("forward() says who asks for what, whatever the client says of that", async () => {
  await using server = new DecidingServer(() => new Response());
  await check(server, {
    request: {
      basePath: "/app",
      path: "/a/b",
      query: "c=%2f",
      secure: true,
      headers: {
        ...UPGRADE,
        Host: "example.com:8080",
        Connection: "Upgrade, X-Hop",
        "X-Hop": "1",
        "Sec-WebSocket-Key": "a",
        "Content-Length": "5",
        "Transfer-Encoding": "chunked",
        Expect: "100-continue",
        Range: "bytes=0-5",
        "If-None-Match": "*",
        "Accept-Encoding": "zstd",
        Cookie: "session=1",
        Authorization: "Basic YTpi",
        "User-Agent": "client",
        "Accept-Language": "de",
        "X-Own": "1",
        "X-Forwarded-For": "6.6.6.6",
        "X-Forwarded-User": "root",
        "X-Forwarded-Method": "TRACE",
        X_Forwarded_Uri: "/other",
        "X-Original-URL": "http://other/",
        "X-Real-IP": "6.6.6.6",
        "Remote-User": "root",
        Forwarded: "for=6.6.6.6",
      },
    },
  });
  const { host, accept, "accept-encoding": encoding, ...headers } = server.headers;
  assertEquals([host, encoding?.includes("zstd")], [new URL(server.url).host, false]);
  assert(accept);
  assertEquals([server.method, headers], ["GET", {
    "accept-language": "de",
    authorization: "Basic YTpi",
    cookie: "session=1",
    "user-agent": "client",
    "x-forwarded-for": "192.0.2.1",
    "x-forwarded-host": "example.com:8080",
    "x-forwarded-method": "GET",
    "x-forwarded-proto": "https",
    "x-forwarded-uri": "/app/a/b?c=%2f",
    "x-original-method": "GET",
    "x-original-uri": "/app/a/b?c=%2f",
    "x-original-url": "https://example.com:8080/app/a/b?c=%2f",
    "x-own": "1",
  }]);
});

Deno.test("forward() hands on a token that came another way than by a header", async () => {
  await using server = new DecidingServer(() => new Response());
  const found = await check(server, { evidence: { token: "abc" }, request: { method: "HEAD" } });
  assertEquals([server.headers.authorization, server.method], ["Bearer abc", "GET"]);
  assertEquals((found as Identity).type, "Bearer");
});

Deno.test("forward() has one connection for many questions", async () => {
  await using server = new DecidingServer(() => new Response("some text"));
  await using authenticator = forward(server.url);
  const context = { log: new Log(), processes: new Permits(0), left: NEVER, signal: NEVER };
  for (let n = 0; n < 5; n++) await authenticator.check(fakeRequest(), {}, context);
  assertEquals(server.ports.size, 1);
});

Deno.test("forward() says at the start where others can read what goes to the server", () => {
  using log = new CapturedLog();
  forward("http://127.0.0.1:9000/");
  forward("http://localhost:9000/");
  forward("https://auth.example/");
  assertEquals(log.messages, []);
  forward("http://auth.example/verify?key=secret");
  assertEquals(log.messages, [
    'INFO server: Passwords go to "http://auth.example/verify" as they are: who is on the way can read them',
  ]);
});

Deno.test("forward() refuses to start with what is no server", () => {
  const rows: readonly (readonly [text: string, why: RegExp])[] = [
    ["auth.example", /^Invalid address: "auth\.example" is no URL$/],
    ["ftp://a.example/", /begins with neither https:\/\/ nor http:\/\/$/],
    ["http://u:secret@a.example/", /^Invalid address: a user or password/],
    ["http://a.example/;claims=a", /^Unknown term "claims": forward takes user, headers$/],
    ["http://a.example/;headers=A B", /^"a b" is no name of a header$/],
  ];
  for (const [text, why] of rows) {
    assertMatch(assertThrows(() => forward(text), UsageError).message, why);
  }
});
