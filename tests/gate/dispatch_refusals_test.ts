import { assertEquals, assertInstanceOf } from "@std/assert";
import { HandshakeError } from "../../lib/base/errors.ts";
import type { Exchange, Guard, Handler } from "../../lib/contract.ts";
import { Dispatcher } from "../../lib/gate/dispatch.ts";
import type { Route } from "../../lib/gate/route.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { fakeRequest, type RequestChanges } from "../base/fake_request.ts";

const EXCHANGE: Exchange = { body: null, left: new AbortController().signal };
const UPGRADE = {
  Upgrade: "websocket",
  Connection: "Upgrade",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
};
const SOCKET: Handler = { open() {} };
const NOBODY: Guard = { check: () => new Response("no", { status: 401 }) };
const REFUSES: Guard = {
  check() {
    throw new HandshakeError(403, "not you");
  },
};

/** The place in this file where something was thrown. */
const PLACE = / \([^()]*:\d+:\d+\)$/;

async function refusalOf(
  routes: readonly Route[],
  changes: RequestChanges,
): Promise<{ status: number; lines: string[] }> {
  using log = new CapturedLog("access", "json");
  const request = fakeRequest(changes);
  const answer = await new Dispatcher({ routes }).dispatch(request, EXCHANGE);
  assertInstanceOf(answer, Response);
  await answer.body?.cancel();
  const lines = log.lines.map((line) => {
    const { category, remote, status, route, message } = JSON.parse(line);
    return [category, remote, status, route, message.replace(PLACE, "")].join(" | ");
  });
  return { status: answer.status, lines };
}

const ROUTE = { path: "/chat/:room", handler: SOCKET };
const PAGE: Handler = { respond: () => new Response("page") };
const NO_PAGE: Handler = { respond: () => undefined };
const path = "/chat/a";

const CASES: [
  what: string,
  routes: Route[],
  request: RequestChanges,
  status: number,
  line: string,
][] = [
  [
    "a guard's answer to a handshake",
    [{ ...ROUTE, guards: [NOBODY] }],
    { path, headers: UPGRADE },
    401,
    "session | 192.0.2.1 | 401 | /chat/:room | Unable to Upgrade: The guard answered 401 Unauthorized",
  ],
  [
    "what a guard throws at a handshake",
    [{ ...ROUTE, guards: [REFUSES] }],
    { path, headers: UPGRADE },
    403,
    "session | 192.0.2.1 | 403 | /chat/:room | Unable to Upgrade: not you",
  ],
  [
    "a guard's answer to a plain request",
    [{ path: "*", handler: PAGE, guards: [NOBODY] }],
    {},
    401,
    "http | 192.0.2.1 | 401 | * | The guard answered 401 Unauthorized",
  ],
  [
    "a guard's answer where there is only a WebSocket",
    [{ ...ROUTE, guards: [NOBODY] }],
    { path },
    401,
    "http | 192.0.2.1 | 401 | /chat/:room | The guard answered 401 Unauthorized",
  ],
  [
    "a guard's answer to OPTIONS",
    [{ ...ROUTE, guards: [NOBODY] }],
    { path, method: "OPTIONS" },
    401,
    "http | 192.0.2.1 | 401 | /chat/:room | The guard answered 401 Unauthorized",
  ],
  [
    "another answer of a handler to a handshake",
    [{ path: "*", handler: { accept: () => new Response(null, { status: 204 }) } }],
    { headers: UPGRADE },
    204,
    "session | 192.0.2.1 | 204 | * | Unable to Upgrade: The handler answered 204",
  ],
  [
    "headers that an admission cannot have",
    [{
      path: "*",
      handler: { accept: () => ({ headers: { Upgrade: "a" }, open() {} }) },
    }],
    { headers: UPGRADE },
    500,
    'session | 192.0.2.1 | 500 | * | The handler failed: An admission cannot have the header "Upgrade": it is the server\'s to say',
  ],
  [
    "an answer that cannot be sent",
    [{ path: "*", handler: { accept: () => Response.error() } }],
    { headers: UPGRADE },
    500,
    "session | 192.0.2.1 | 500 | * | The handler failed: Response.error() cannot be sent",
  ],
  [
    "a path at which a handler finds nothing",
    [{ path: "*", handler: { ...SOCKET, finds: ({ path }) => path === "/here" } }],
    { path: "/there" },
    404,
    "http | 192.0.2.1 | 404 |  | NOT FOUND",
  ],
  [
    "a path at which a handler finds something",
    [{ path: "*", handler: { ...SOCKET, finds: () => Promise.resolve(true) } }],
    { path: "/here" },
    426,
    "http | 192.0.2.1 | 426 | * | There is nothing but a WebSocket: no upgrade to one was asked for",
  ],
  [
    "a page that is missing where a WebSocket is everywhere",
    [{ path: "/pages/*", handler: NO_PAGE }, { path: "*", handler: SOCKET }],
    { path: "/pages/a" },
    404,
    "http | 192.0.2.1 | 404 |  | NOT FOUND",
  ],
  [
    "a page that is missing where a WebSocket has a path of its own",
    [{ path: "*", handler: NO_PAGE }, { path: "/socket", handler: SOCKET }],
    { path: "/socket" },
    426,
    "http | 192.0.2.1 | 426 | /socket | There is nothing but a WebSocket: no upgrade to one was asked for",
  ],
  [
    "a page that is missing where a WebSocket handler finds something",
    [{ path: "*", handler: NO_PAGE }, { path: "*", handler: { ...SOCKET, finds: () => true } }],
    { path: "/here" },
    426,
    "http | 192.0.2.1 | 426 | * | There is nothing but a WebSocket: no upgrade to one was asked for",
  ],
  [
    "another spelling of a path that has a guard",
    [{ path: "/secret/*", handler: PAGE, guards: [{ check() {} }] }, { path: "*", handler: PAGE }],
    { path: "/x//../secret//a" },
    404,
    "http | 192.0.2.1 | 404 |  | NOT FOUND: /x//../secret//a would be /secret/a",
  ],
  [
    "another spelling of a WebSocket's path that has a guard",
    [{ path: "/secret", handler: SOCKET, guards: [{ check() {} }] }, {
      path: "*",
      handler: SOCKET,
    }],
    { path: "//secret", headers: UPGRADE },
    404,
    "session | 192.0.2.1 | 404 |  | NOT FOUND: //secret would be /secret",
  ],
];
for (const [what, routes, request, status, line] of CASES) {
  Deno.test(`Dispatcher has one line about ${what}, with address, status and route`, async () => {
    assertEquals(await refusalOf(routes, request), { status, lines: [line] });
  });
}

Deno.test("Dispatcher has a path with another spelling answered where that has no guard", async () => {
  const routes = [{ path: "/open/*", handler: PAGE }, { path: "*", handler: PAGE }];
  assertEquals(await refusalOf(routes, { path: "//open/a" }), { status: 200, lines: [] });
});

Deno.test("Dispatcher says nothing of an answer of a handler that is no refusal", async () => {
  const handler: Handler = { respond: () => new Response(null, { status: 302 }) };
  assertEquals(await refusalOf([{ path: "*", handler }], {}), { status: 302, lines: [] });
});
