import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { HandshakeError } from "../../lib/base/errors.ts";
import type { IncomingRequest } from "../../lib/base/request.ts";
import type { Ticket } from "../../lib/connection/ticket.ts";
import type { Admission, Exchange, Handler } from "../../lib/contract.ts";
import { Dispatcher } from "../../lib/gate/dispatch.ts";
import type { DispatchOptions } from "../../lib/gate/dispatch_options.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { fakeRequest } from "../base/fake_request.ts";
import { settle } from "../base/fake_timers.ts";
import { FakeConnection } from "../support/fake_connection.ts";

const EXCHANGE: Exchange = { body: null, left: new AbortController().signal };

/** A request for an upgrade. */
function asking(path: string, headers: Record<string, string> = {}): IncomingRequest {
  return fakeRequest({
    path,
    headers: {
      Upgrade: "websocket",
      Connection: "Upgrade",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
      ...headers,
    },
  });
}

async function ticketOf(dispatcher: Dispatcher, request: IncomingRequest): Promise<Ticket> {
  const ticket = await dispatcher.dispatch(request, EXCHANGE);
  assert(!(ticket instanceof Response), `${(ticket as Response).status}`);
  return ticket;
}

async function statusOf(dispatcher: Dispatcher, request: IncomingRequest): Promise<number> {
  const answer = await dispatcher.dispatch(request, EXCHANGE);
  assertInstanceOf(answer, Response);
  return answer.status;
}

/** A handler that remembers what is done with it. */
class Told implements Handler {
  readonly requests: IncomingRequest[] = [];
  started = 0;
  disposed = 0;
  readonly #prepared: () => Response | Admission;

  constructor(prepared: () => Response | Admission = () => ({ open() {} })) {
    this.#prepared = prepared;
  }

  start(): void {
    this.started++;
  }

  accept(request: IncomingRequest): Response | Admission {
    this.requests.push(request);
    return this.#prepared();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.disposed++;
    return Promise.resolve();
  }
}

const CHOICES: [path: string, chosen: number | undefined][] = [
  ["/rooms/lobby", 0],
  ["/rooms/a", 1],
  ["/rooms/a/b", 2],
  ["/rooms", undefined],
  ["/", undefined],
];
for (const [path, chosen] of CHOICES) {
  Deno.test(`Dispatcher takes the first route that matches ${path}: ${chosen ?? "none"}`, async () => {
    using log = new CapturedLog();
    const handlers = [new Told(), new Told(), new Told(), new Told()];
    const paths = ["/rooms/lobby", "/rooms/:room", "/rooms/*", "/rooms/lobby"];
    const routes = paths.map((path, index) => ({ path, handler: handlers[index] as Told }));
    const dispatcher = new Dispatcher({ routes });
    if (chosen === undefined) {
      assertEquals(await statusOf(dispatcher, asking(path)), 404);
      assertEquals(log.messages, [`ACCESS session: NOT FOUND: ${path}`]);
    } else (await ticketOf(dispatcher, asking(path))).abandon();
    const asked = handlers.map(({ requests }) => requests.length);
    assertEquals(asked, handlers.map((_, index) => Number(index === chosen)));
  });
}

Deno.test("Dispatcher gives a handler the parameters of its own route alone", async () => {
  const handler = new Told();
  const dispatcher = new Dispatcher({
    routes: [{ path: "/:a/x", handler }, { path: "/:b/y", handler }, { path: "*", handler }],
  });
  for (const path of ["/1/x", "/2/y", "/3/z"]) {
    (await ticketOf(dispatcher, asking(path))).abandon();
  }
  assertEquals(handler.requests.map(({ params }) => params), [{ a: "1" }, { b: "2" }, {}]);
});

Deno.test("Dispatcher keeps the parameters where it looks up the client's name", async () => {
  const handler = new Told();
  const lookup = () => Promise.resolve("client.example");
  const dispatcher = new Dispatcher({ routes: [{ path: "/:a", handler }], lookup });
  (await ticketOf(dispatcher, asking("/1"))).abandon();
  const [request] = handler.requests;
  assertEquals([request?.params, request?.remote.host], [{ a: "1" }, "client.example"]);
  assert(Object.isFrozen(request));
});

Deno.test("Dispatcher refuses a path that no pattern may see with 404", async () => {
  using _log = new CapturedLog();
  const handler = new Told();
  const dispatcher = new Dispatcher({ routes: [{ path: "/admin", handler }] });
  assertEquals(await statusOf(dispatcher, asking("/x\\..\\admin")), 404);
  assertEquals(handler.requests, []);
});

/** The options of routes, and what a ticket has of them. */
const OPTIONS: [what: string, options: Partial<DispatchOptions>, path: string, found: unknown[]][] =
  [
    ["defaults", {}, "/a", [1_048_576, 0, ""]],
    ["the server's", { maxFrameSize: 5, pingMs: 6, subprotocols: ["x"] }, "/a", [5, 6, "x"]],
    ["its own", { maxFrameSize: 5, pingMs: 6, subprotocols: ["x"] }, "/own", [0, 8, "y"]],
    ["its own without any of the server", {}, "/own", [0, 8, "y"]],
    ["its own that is none", { subprotocols: ["x"] }, "/none", [1_048_576, 0, ""]],
  ];
for (const [what, options, path, found] of OPTIONS) {
  Deno.test(`Dispatcher has a route have ${what}: ${found}`, async () => {
    const handler = new Told();
    const own = { maxFrameSize: 0, pingMs: 8, subprotocols: ["y"] };
    const dispatcher = new Dispatcher({
      ...options,
      routes: [
        { path: "/own", handler, ...own },
        { path: "/none", handler, subprotocols: [] },
        { path: "*", handler },
      ],
    });
    const request = asking(path, { "Sec-WebSocket-Protocol": "z, x, y" });
    const ticket = await ticketOf(dispatcher, request);
    ticket.abandon();
    assertEquals([ticket.maxFrameSize, ticket.pingMs, ticket.subprotocol], found);
    const name = ticket.subprotocol;
    assertEquals(ticket.headers, name ? [["Sec-WebSocket-Protocol", name]] : []);
    assertEquals(handler.requests[0]?.subprotocol, name);
  });
}

const ORIGINS: [path: string, origin: string, status: number][] = [
  ["/a", "https://server.example", 101],
  ["/a", "https://own.example", 403],
  ["/own", "https://own.example", 101],
  ["/own", "https://server.example", 403],
];
for (const [path, origin, status] of ORIGINS) {
  Deno.test(`Dispatcher answers ${status} to ${origin} at ${path}`, async () => {
    using _log = new CapturedLog();
    const handler = new Told();
    const dispatcher = new Dispatcher({
      origins: [{ host: "server.example" }],
      routes: [{ path: "/own", handler, origins: [{ host: "own.example" }] }, {
        path: "*",
        handler,
      }],
    });
    const request = asking(path, { Origin: origin });
    if (status === 101) (await ticketOf(dispatcher, request)).abandon();
    else assertEquals(await statusOf(dispatcher, request), status);
    assertEquals(handler.requests.length, Number(status === 101));
  });
}

const SERVER_WIDE: [what: string, options: Partial<DispatchOptions>][] = [
  ["origins", { origins: [{ host: "server.example" }] }],
  ["sameOrigin", { sameOrigin: true }],
  ["guards", { guards: [{ check: () => new Response(null, { status: 403 }) }] }],
];
for (const [name, options] of SERVER_WIDE) {
  Deno.test(`Dispatcher has ${name} hold for a route that has them undefined`, async () => {
    using _log = new CapturedLog();
    const handler = new Told();
    const route = { path: "*", handler, [name]: undefined };
    const dispatcher = new Dispatcher({ ...options, routes: [route] });
    assertEquals(await statusOf(dispatcher, asking("/", { Origin: "https://own.example" })), 403);
    assertEquals(handler.requests, []);
  });
}

Deno.test("Dispatcher has --sameorigin hold for a route with origins of its own", async () => {
  using _log = new CapturedLog();
  const routes = [{ path: "*", handler: new Told(), origins: [{ host: "own.example" }] }];
  const dispatcher = new Dispatcher({ sameOrigin: true, routes });
  assertEquals(await statusOf(dispatcher, asking("/", { Origin: "https://own.example" })), 403);
});

Deno.test("Dispatcher has the subprotocol of an admission stand above that of the route", async () => {
  const headersWs = [["X-All", "a"], ["sec-websocket-protocol", "fixed"]] as const;
  const handler = new Told(() => ({ subprotocol: "b", open() {} }));
  const routes = [{ path: "*", handler, subprotocols: ["a"] }];
  const dispatcher = new Dispatcher({ headersWs, routes });
  const ticket = await ticketOf(dispatcher, asking("/", { "Sec-WebSocket-Protocol": "a, b" }));
  ticket.abandon();
  assertEquals(ticket.subprotocol, "b");
  assertEquals(ticket.headers, [["X-All", "a"], ["Sec-WebSocket-Protocol", "b"]]);
});

Deno.test("Dispatcher answers 500 to a subprotocol that the client does not offer", async () => {
  using log = new CapturedLog();
  let abandoned = 0;
  const handler = new Told(() => ({
    subprotocol: "b",
    open() {},
    abandon: () => void abandoned++,
  }));
  const dispatcher = new Dispatcher({ routes: [{ path: "*", handler }] });
  assertEquals(await statusOf(dispatcher, asking("/", { "Sec-WebSocket-Protocol": "a" })), 500);
  assertEquals(abandoned, 1);
  assertEquals(log.messages, [
    'ERROR session: The handler failed: It chose the subprotocol "b", which the client does not offer',
  ]);
});

Deno.test("Dispatcher starts each handler once, before any request", () => {
  const [first, second] = [new Told(), new Told()];
  const dispatcher = new Dispatcher({
    routes: [{ path: "/a", handler: first }, { path: "/b", handler: first }],
  });
  assertEquals([first.started, second.started], [1, 0]);
  dispatcher.replaceRoutes([{ path: "/c", handler: first }, { path: "/d", handler: second }]);
  assertEquals([first.started, second.started], [1, 1]);
});

Deno.test("Dispatcher.replaceRoutes() has new requests see the new routes alone", async () => {
  using _log = new CapturedLog();
  const handler = new Told();
  const dispatcher = new Dispatcher({ pingMs: 7, routes: [{ path: "/a", handler }] });
  dispatcher.replaceRoutes([{ path: "/b", handler, maxFrameSize: 5 }]);
  assertEquals(await statusOf(dispatcher, asking("/a")), 404);
  const ticket = await ticketOf(dispatcher, asking("/b"));
  ticket.abandon();
  assertEquals([ticket.maxFrameSize, ticket.pingMs, handler.disposed], [5, 7, 0]);
});

Deno.test("Dispatcher.replaceRoutes() disposes an unused handler at once, and only once", async () => {
  const [old, kept] = [new Told(), new Told()];
  const dispatcher = new Dispatcher({
    routes: [{ path: "/a", handler: old }, { path: "/b", handler: kept }],
  });
  dispatcher.replaceRoutes([{ path: "/b", handler: kept }]);
  await settle();
  assertEquals([old.disposed, kept.disposed], [1, 0]);
  dispatcher.replaceRoutes([]);
  await dispatcher.close(1001, "", 0);
  assertEquals([old.disposed, kept.disposed], [1, 1]);
});

Deno.test("Dispatcher.replaceRoutes() disposes a handler after its last connection", async () => {
  const handler = new Told();
  const dispatcher = new Dispatcher({ routes: [{ path: "/a", handler }] });
  const tickets = [
    await ticketOf(dispatcher, asking("/a")),
    await ticketOf(dispatcher, asking("/a")),
  ];
  dispatcher.replaceRoutes([]);
  tickets[0]?.abandon();
  await settle();
  assertEquals(handler.disposed, 0);
  // As its connection does.
  tickets[1]?.open(new FakeConnection());
  await settle();
  assertEquals(handler.disposed, 0);
  tickets[1]?.left();
  await settle();
  assertEquals(handler.disposed, 1);
});

Deno.test("Dispatcher.replaceRoutes() keeps a handler that comes back before it has ended", async () => {
  const handler = new Told();
  const routes = [{ path: "/a", handler }];
  const dispatcher = new Dispatcher({ routes });
  const ticket = await ticketOf(dispatcher, asking("/a"));
  dispatcher.replaceRoutes([]);
  dispatcher.replaceRoutes(routes);
  ticket.abandon();
  await settle();
  assertEquals([handler.disposed, handler.started], [0, 1]);
  (await ticketOf(dispatcher, asking("/a"))).abandon();
});

const REFUSALS: [what: string, prepared: () => Response | Admission][] = [
  ["a response", () => new Response(null, { status: 403 })],
  ["a HandshakeError", () => {
    throw new HandshakeError(403, "no");
  }],
];
for (const [what, prepared] of REFUSALS) {
  Deno.test(`Dispatcher forgets a request that was refused with ${what}`, async () => {
    using _log = new CapturedLog();
    const handler = new Told(prepared);
    const dispatcher = new Dispatcher({ routes: [{ path: "*", handler }] });
    assertEquals(await statusOf(dispatcher, asking("/")), 403);
    dispatcher.replaceRoutes([]);
    await settle();
    assertEquals(handler.disposed, 1);
  });
}
