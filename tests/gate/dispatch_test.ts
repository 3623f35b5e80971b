import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import { HandshakeError, LaunchError } from "../../lib/base/errors.ts";
import type { IncomingRequest } from "../../lib/base/request.ts";
import type { Ticket } from "../../lib/connection/ticket.ts";
import type { Exchange, Guard, Handler, Verdict } from "../../lib/contract.ts";
import { Dispatcher } from "../../lib/gate/dispatch.ts";
import type { DispatchOptions } from "../../lib/gate/dispatch_options.ts";
import type { Route } from "../../lib/gate/route.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { fakeRequest, type RequestChanges } from "../base/fake_request.ts";
import { settle } from "../base/fake_timers.ts";

const EXCHANGE: Exchange = { body: null, left: new AbortController().signal };
const UPGRADE = {
  Upgrade: "websocket",
  Connection: "Upgrade",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
};
const ROUTE = { path: "*", handler: { open() {} } };

function dispatch(
  options: Partial<DispatchOptions>,
  changes: RequestChanges = {},
): Promise<Response | Ticket> {
  return new Dispatcher({ routes: [], ...options }).dispatch(fakeRequest(changes), EXCHANGE);
}

async function answerOf(
  options: Partial<DispatchOptions>,
  changes: RequestChanges = {},
): Promise<Response> {
  const decision = await dispatch(options, changes);
  assertInstanceOf(decision, Response);
  return decision;
}

/** Routes that are remembered by their numbers when they are asked. */
function asking(
  ...answers: (() => Response | undefined | Promise<Response | undefined>)[]
): { asked: number[]; routes: Route[] } {
  const asked: number[] = [];
  const routes = answers.map((answer, index) => {
    const respond = () => {
      asked.push(index);
      return answer();
    };
    return { path: "*", handler: { respond } };
  });
  return { asked, routes };
}

const none = () => undefined;
const later = async () => {
  await null;
  return undefined;
};
const say = (text: string) => () => new Response(text);
const fail = (error: unknown) => () => {
  throw error;
};

type Turn = [what: string, answers: Parameters<typeof asking>, text: string, asked: number[]];
const TURNS: Turn[] = [
  ["the first", [say("a"), say("b")], "a", [0]],
  ["the second where the first has none", [none, say("b"), say("c")], "b", [0, 1]],
  ["the second where the first finds out later that it has none", [later, say("b")], "b", [0, 1]],
  ["one that comes later", [none, () => Promise.resolve(new Response("b")), say("c")], "b", [0, 1]],
  ["the last", [none, later, none, say("d")], "d", [0, 1, 2, 3]],
];
for (const [what, answers, text, expected] of TURNS) {
  Deno.test(`Dispatcher takes the answer of ${what}`, async () => {
    using log = new CapturedLog();
    const { asked, routes } = asking(...answers);
    const answer = await answerOf({ routes });
    assertEquals([answer.status, await answer.text(), asked], [200, text, expected]);
    assertEquals(log.messages, []);
  });
}

const SILENT: [what: string, options: Partial<DispatchOptions>][] = [
  ["nobody is asked", {}],
  ["nobody has one", { routes: asking(none, later).routes }],
];
for (const [what, options] of SILENT) {
  Deno.test(`Dispatcher answers 404 where ${what}, and logs it`, async () => {
    using log = new CapturedLog();
    const answer = await answerOf(options);
    assertEquals([answer.status, await answer.text()], [404, "404 Not Found\n"]);
    assertEquals(log.messages, ["ACCESS http: NOT FOUND"]);
  });
}

Deno.test("Dispatcher hands the request and its exchange to every route", async () => {
  const handed: [IncomingRequest, Exchange][] = [];
  const respond: Handler["respond"] = (request, exchange) => void handed.push([request, exchange]);
  const route = { path: "*", handler: { respond } };
  const dispatcher = new Dispatcher({ routes: [route, route] });
  const request = fakeRequest({ path: "/a" });
  await dispatcher.dispatch(request, EXCHANGE);
  assertEquals(handed.length, 2);
  for (const [given, exchange] of handed) {
    assertStrictEquals(given, request);
    assertStrictEquals(exchange, EXCHANGE);
  }
});

const FAILURES: [what: string, error: unknown, status: number, line: string][] = [
  ["an Error", new Error("broken"), 500, "ERROR session: The handler failed: broken"],
  ["a text", "broken", 500, "ERROR session: The handler failed: broken"],
  [
    "a HandshakeError",
    new HandshakeError(403, "not here"),
    403,
    "ACCESS http: not here",
  ],
  ["a 404", new HandshakeError(404, "NOT FOUND: /"), 404, "ACCESS http: NOT FOUND: /"],
  ["a 429", new HandshakeError(429, "too many"), 429, "ERROR http: too many"],
  [
    "a LaunchError",
    new LaunchError("/p", "could not launch"),
    500,
    "ERROR process: could not launch",
  ],
];
for (const [what, error, status, line] of FAILURES) {
  for (const [how, answer] of [["throws", fail(error)], ["rejects", () => Promise.reject(error)]]) {
    Deno.test(`Dispatcher answers ${status} where a handler ${how} ${what}`, async () => {
      using log = new CapturedLog();
      const { asked, routes } = asking(none, answer as () => never, say("never"));
      const found = await answerOf({ routes });
      assertEquals([found.status, asked], [status, [0, 1]]);
      assertEquals(log.messages, [line]);
    });
  }
}

Deno.test("Dispatcher adds the headers of a HandshakeError, and those of all answers", async () => {
  const error = new HandshakeError(426, "no", { "X-Own": "a" });
  const headersHttp = [["X-All", "b"], ["X-All", "c"]] as const;
  const refused = await answerOf({ headersHttp, routes: asking(fail(error)).routes });
  assertEquals([refused.headers.get("x-own"), refused.headers.get("x-all")], ["a", "b, c"]);
  const answers = [say("a"), none];
  for (const answer of answers) {
    const { headers } = await answerOf({ headersHttp, routes: asking(answer).routes });
    assertEquals(headers.get("x-all"), "b, c");
  }
});

Deno.test("Dispatcher keeps status, headers and body of an answer to which it adds headers", async () => {
  const response = new Response("part", {
    status: 206,
    headers: { "Content-Range": "bytes 0-3/9" },
  });
  const { routes } = asking(() => response);
  const answer = await answerOf({ headersHttp: [["X-All", "b"]], routes });
  assertEquals([answer.status, await answer.text()], [206, "part"]);
  assertEquals(answer.headers.get("content-range"), "bytes 0-3/9");
});

Deno.test("Dispatcher asks no other route for an upgrade that a route takes", async () => {
  const { asked, routes } = asking(say("a"));
  const ticket = await dispatch({ routes: [...routes, ROUTE] }, { headers: UPGRADE });
  assert(!(ticket instanceof Response));
  ticket.abandon();
  assertEquals(asked, []);
});

Deno.test("Dispatcher asks no other route for an upgrade of a path without a route", async () => {
  using _log = new CapturedLog();
  const { asked, routes } = asking(say("a"));
  const all = [...routes, { ...ROUTE, path: "/socket" }];
  const answer = await answerOf({ routes: all }, { headers: UPGRADE });
  assertEquals([answer.status, asked], [404, []]);
});

Deno.test("Dispatcher answers requests for an upgrade as all others without a route", async () => {
  const { asked, routes } = asking(say("a"));
  const answer = await answerOf({ routes }, { headers: UPGRADE });
  assertEquals([answer.status, await answer.text(), asked], [200, "a", [0]]);
});

Deno.test("Dispatcher.close() disposes of handlers, each once", async () => {
  const disposed: string[] = [];
  const part = (name: string): Handler => ({
    open() {},
    respond: () => undefined,
    [Symbol.asyncDispose]: () => Promise.resolve(void disposed.push(name)),
  });
  const [one, two] = [part("one"), part("two")];
  const routes = [one, one, two].map((handler) => ({ path: "*", handler }));
  await new Dispatcher({ routes }).close(1001, "Server shutting down", 1000);
  assertEquals(disposed.toSorted(), ["one", "two"]);
});

Deno.test("Dispatcher.close() waits until every handler is disposed", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const handler: Handler = { respond: none, [Symbol.asyncDispose]: () => promise };
  const dispatcher = new Dispatcher({ routes: [{ path: "*", handler }] });
  let closed = false;
  const closing = dispatcher.close(1001, "", 1000).then(() => closed = true);
  await settle();
  assertEquals(closed, false);
  resolve();
  assertEquals(await closing, true);
});

Deno.test("Dispatcher has the place say when the server is ending", async () => {
  const signals: AbortSignal[] = [];
  const handler: Handler = {
    start: ({ signal }) => void signals.push(signal),
    respond: (_request, _exchange, { signal }) => void signals.push(signal),
  };
  const dispatcher = new Dispatcher({ routes: [{ path: "*", handler }] });
  await dispatcher.dispatch(fakeRequest(), EXCHANGE);
  assertEquals(signals.map(({ aborted }) => aborted), [false, false]);
  await dispatcher.close(1001, "", 1000);
  assertEquals(signals.map(({ aborted }) => aborted), [true, true]);
});

/** A guard whose types nobody has checked. */
function guardThat(returns: unknown): Guard {
  return { check: () => returns as Verdict };
}

/** What can be awaited, and is no Promise. */
function thenable(value: unknown): PromiseLike<unknown> {
  return { then: Promise.prototype.then.bind(Promise.resolve(value)) };
}

const GUARDED: [what: string, guards: Guard[], status: number, seen: string | undefined][] = [
  ["passes", [{ check() {} }], 200, ""],
  [
    "refuses with a response",
    [{ check: () => new Response(null, { status: 402 }) }],
    402,
    undefined,
  ],
  [
    "refuses later",
    [{
      check: () => Promise.reject(new HandshakeError(401, "who are you?")),
    }],
    401,
    undefined,
  ],
  ["says who it is", [{ check: () => ({ subject: "ann" }) }, { check() {} }], 200, "ann"],
  ["says so later", [{ check: () => Promise.resolve({ subject: "ann" }) }], 200, "ann"],
  ["says so by a thenable", [guardThat(thenable({ subject: "ann" }))], 200, "ann"],
  [
    "refuses by a thenable",
    [guardThat(thenable(new Response(null, { status: 402 })))],
    402,
    undefined,
  ],
  ["passes by a thenable", [guardThat(thenable(undefined))], 200, ""],
  [
    "is behind one that refuses",
    [
      { check: () => new Response(null, { status: 402 }) },
      { check: () => new Response(null, { status: 403 }) },
    ],
    402,
    undefined,
  ],
];
for (const [what, guards, status, seen] of GUARDED) {
  for (const headers of [{}, UPGRADE]) {
    const how = "Upgrade" in headers ? "a WebSocket" : "plain HTTP";
    Deno.test(`Dispatcher asks the guards of a route before ${how}: one ${what}`, async () => {
      using _log = new CapturedLog();
      let found: string | undefined;
      const handler: Handler = {
        accept({ subject }) {
          found = subject;
          return new Response();
        },
        respond({ subject }) {
          found = subject;
          return new Response();
        },
      };
      const answer = await answerOf({ routes: [{ path: "*", handler, guards }] }, { headers });
      assertEquals([answer.status, found], [status, seen]);
    });
  }
}

const NO_VERDICTS: [what: string, returned: unknown, shown: string][] = [
  ["false", false, "false"],
  ["true", true, "true"],
  ["null", null, "null"],
  ["a text", "no", '"no"'],
  ["a number", 5, "5"],
  ["an object", {}, "{}"],
  ["a status", { status: 403 }, "{ status: 403 }"],
  ["a Promise of false", Promise.resolve(false), "false"],
  ["a thenable of false", thenable(false), "false"],
  ["a subject that is no text", { subject: 7 }, "{ subject: 7 }"],
  ["a user that is no text", { subject: "ann", user: null }, '{ subject: "ann", user: null }'],
  [
    "headers that are none",
    { user: "ann", headers: { a: "b" } },
    '{ user: "ann", headers: [Object] }',
  ],
  ["a time that is none", { user: "ann", authUntil: NaN }, '{ user: "ann", authUntil: NaN }'],
  ["another request", { path: "/x" }, '{ path: "/x" }'],
];
for (const [what, returned, shown] of NO_VERDICTS) {
  for (const headers of [{}, UPGRADE]) {
    const how = "Upgrade" in headers ? "a WebSocket" : "plain HTTP";
    Deno.test(`Dispatcher answers 500 to ${how} where a guard returns ${what}`, async () => {
      using log = new CapturedLog();
      const { asked, routes } = asking(say("in"));
      const handler = { ...routes[0]?.handler, accept: say("in") };
      const guards = [guardThat(returned)];
      const answer = await answerOf({ routes: [{ path: "*", handler, guards }] }, { headers });
      assertEquals([answer.status, asked], [500, []]);
      assertEquals(log.messages, [
        `ERROR session: The handler failed: A guard returned ${shown}: expected nothing, a Response, or an object with subject, user or authType, which are texts, authUntil, which is a number, headers, which are Headers, or variables`,
      ]);
    });
  }
}

Deno.test("Dispatcher takes nothing but who the client is of what a guard says", async () => {
  const seen: IncomingRequest[] = [];
  const respond: Handler["respond"] = (request) => void seen.push(request);
  const guards = [
    guardThat({ subject: "ann", path: "/x", secure: true, variables: { A: "1", B: "1" } }),
    guardThat({ user: "Ann", authType: "Basic", variables: { B: "2" } }),
  ];
  const request = fakeRequest({ path: "/a" });
  const dispatcher = new Dispatcher({ routes: [{ path: "*", handler: { respond }, guards }] });
  using _log = new CapturedLog();
  await dispatcher.dispatch(request, EXCHANGE);
  const known = { subject: "ann", user: "Ann", authType: "Basic", variables: { A: "1", B: "2" } };
  assertEquals(seen, [{ ...request, ...known }]);
  assertEquals(seen.map(({ variables }) => Object.isFrozen(variables)), [true]);
});

Deno.test("Dispatcher answers 503 when it is closing, and asks nobody", async () => {
  using log = new CapturedLog();
  const { asked, routes } = asking(say("a"));
  const dispatcher = new Dispatcher({ routes: [ROUTE, ...routes] });
  await dispatcher.close(1001, "Server shutting down", 1000);
  for (const headers of [{}, UPGRADE]) {
    const answer = await dispatcher.dispatch(fakeRequest({ headers }), EXCHANGE);
    assertInstanceOf(answer, Response);
    assertEquals(answer.status, 503);
  }
  assertEquals(asked, []);
  assertEquals(log.messages.length, 2);
});

/** An answer whose body somebody reads. */
function read(): Response {
  const response = new Response("read");
  response.body?.getReader();
  return response;
}

const UNSENDABLE: [what: string, answer: () => unknown, message: string][] = [
  ["Response.error()", () => Response.error(), "Response.error() cannot be sent"],
  ["one whose body is being read", read, "The body of the answer was read already"],
  ["a number", () => 5, "not number"],
];
for (const [what, answer, message] of UNSENDABLE) {
  for (const does of ["accept", "respond"]) {
    if (does === "accept" && what === "a number") continue;
    Deno.test(`Dispatcher answers 500 where ${does} answers with ${what}`, async () => {
      using log = new CapturedLog();
      const handler = { [does]: answer } as Handler;
      const headers = does === "accept" ? UPGRADE : {};
      const found = await answerOf({ routes: [{ path: "*", handler }] }, { headers });
      assertEquals(found.status, 500);
      assert(log.messages.at(-1)?.includes(message), log.messages.join());
    });
  }
}

for (const admission of [5, {}, undefined]) {
  Deno.test(`Dispatcher answers 500 where accept answers with ${JSON.stringify(admission)}`, async () => {
    using log = new CapturedLog();
    const handler = { accept: () => admission } as unknown as Handler;
    const found = await answerOf({ routes: [{ path: "*", handler }] }, { headers: UPGRADE });
    assertEquals(found.status, 500);
    assert(log.messages.at(-1)?.includes("It neither accepted nor refused"), log.messages.join());
  });
}
