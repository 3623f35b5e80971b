import { assert, assertEquals } from "@std/assert";
import type { Guard, Handler } from "../../lib/contract.ts";
import { Dispatcher } from "../../lib/gate/dispatch.ts";
import type { Route, RouteOptions } from "../../lib/gate/route.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { fakeRequest } from "../base/fake_request.ts";
import { NotingMeter } from "../base/noting_meter.ts";

const UPGRADE = {
  Upgrade: "websocket",
  Connection: "Upgrade",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
};
const left = new AbortController().signal;

/** A request whose answer is out when the test says so. */
class Asking {
  readonly #dispatcher: Dispatcher;
  #finish = () => {};

  constructor(dispatcher: Dispatcher) {
    this.#dispatcher = dispatcher;
  }

  /** The status of the answer; 101 where it becomes a connection, which ends by `finish`. */
  async status(path: string, headers: Record<string, string> = {}): Promise<number> {
    const decision = await this.#dispatcher.dispatch(fakeRequest({ path, headers }), {
      body: null,
      left,
      finished: (then) => this.#finish = then,
    });
    if (decision instanceof Response) {
      await decision.body?.cancel();
      return decision.status;
    }
    this.#finish = () => decision.left();
    return 101;
  }

  finish(): void {
    this.#finish();
  }
}

const SOCKET: Handler = { open() {} };
const PAGE: Handler = { respond: () => new Response("page") };

const ALIKE: [what: string, options: RouteOptions, status: number][] = [
  ["maxConnections", { maxConnections: 1 }, 503],
  ["maxPerIp", { maxPerIp: 1 }, 429],
];
for (const [what, options, status] of ALIKE) {
  for (const where of ["the server", "a route"] as const) {
    Deno.test(`Dispatcher counts WebSockets and plain requests alike for ${what} of ${where}`, async () => {
      using log = new CapturedLog("error");
      const handler = { ...SOCKET, ...PAGE };
      const dispatcher = where === "the server"
        ? new Dispatcher({ routes: [{ path: "/a", handler }], ...options })
        : new Dispatcher({ routes: [{ path: "/a", handler, ...options }] });
      const [one, two] = [new Asking(dispatcher), new Asking(dispatcher)];
      assertEquals([await one.status("/a", UPGRADE), await two.status("/a")], [101, status]);
      one.finish();
      assertEquals([await two.status("/a"), await one.status("/a", UPGRADE)], [200, status]);
      two.finish();
      assertEquals(await one.status("/a", UPGRADE), 101);
      await dispatcher.close(1001, "", 0);
      // The second line is written at the end.
      assertEquals(log.lines.length, 2);
    });
  }
}

Deno.test("Dispatcher asks a route's limits beside the server's, and for its own requests alone", async () => {
  const routes = [{ path: "/a", handler: PAGE, maxConnections: 1 }, { path: "*", handler: PAGE }];
  const dispatcher = new Dispatcher({ routes, maxConnections: 2 });
  const [one, two, three] = [1, 2, 3].map(() => new Asking(dispatcher));
  assert(one && two && three);
  assertEquals(await one.status("/a"), 200);
  assertEquals(await two.status("/a"), 503);
  assertEquals(await two.status("/b"), 200);
  assertEquals(await three.status("/c"), 503);
  await dispatcher.close(1001, "", 0);
});

Deno.test("Dispatcher asks limits before any guard, and any handler", async () => {
  const told: string[] = [];
  const guard: Guard = { check: () => void told.push("guard") };
  const handler: Handler = {
    accept() {
      told.push("accept");
      return { open() {} };
    },
  };
  const connectRate = { perSecond: 0.001, burst: 1 };
  const routes = [{ path: "*", handler, guards: [guard], connectRate }];
  const dispatcher = new Dispatcher({ routes });
  const asking = new Asking(dispatcher);
  assertEquals(await asking.status("/", UPGRADE), 101);
  assertEquals(await asking.status("/", UPGRADE), 429);
  assertEquals(await asking.status("/"), 429);
  assertEquals(told, ["guard", "accept"]);
  await dispatcher.close(1001, "", 0);
});

/** Ends that leave nothing behind. */
const REFUSED: [what: string, route: Partial<Route>, path?: string][] = [
  ["no route", {}, "/nothing"],
  ["a guard's answer", { guards: [{ check: () => new Response("no", { status: 401 }) }] }],
  ["a guard that fails", {
    guards: [{
      check() {
        throw new Error("no");
      },
    }],
  }],
  ["a handler's answer", { handler: { accept: () => new Response("no", { status: 403 }) } }],
  ["a handler that fails", { handler: { accept: () => Promise.reject(new Error("no")) } }],
  ["a handler that says nothing", { handler: { accept: () => undefined as never } }],
  ["headers that cannot be sent", {
    handler: { accept: () => ({ headers: { Upgrade: "a" }, open() {} }) },
  }],
  ["a decision that is too late", {
    handler: { accept: () => new Promise(() => {}) },
    acceptMs: 1,
  }],
];
for (const [what, route, path = "/a"] of REFUSED) {
  Deno.test(`Dispatcher counts nobody after ${what}`, async () => {
    const limits = { maxConnections: 1, maxPerIp: 1 };
    const routes = [{ path: "/a", handler: SOCKET, ...limits, ...route }, {
      path: "/good",
      handler: SOCKET,
    }];
    const dispatcher = new Dispatcher({ routes, ...limits });
    for (let count = 0; count < 3; count++) {
      const status = await new Asking(dispatcher).status(path, UPGRADE);
      assert(status >= 400 && status !== 429 && status !== 503, `${status}`);
    }
    assertEquals(await new Asking(dispatcher).status("/good", UPGRADE), 101);
    await dispatcher.close(1001, "", 0);
  });
}

Deno.test("Dispatcher counts nobody after an upgrade that never comes about", async () => {
  const dispatcher = new Dispatcher({
    routes: [{ path: "*", handler: SOCKET, maxPerIp: 1 }],
    maxConnections: 1,
  });
  for (let count = 0; count < 3; count++) {
    const request = fakeRequest({ headers: UPGRADE });
    const ticket = await dispatcher.dispatch(request, { body: null, left });
    assert(!(ticket instanceof Response));
    ticket.abandon();
  }
  await dispatcher.close(1001, "", 0);
});

Deno.test("Dispatcher counts a request at a route that leaves it to the next no longer", async () => {
  const dispatcher = new Dispatcher({
    routes: [
      { path: "*", handler: { respond: () => undefined }, maxConnections: 1 },
      { path: "*", handler: PAGE },
    ],
  });
  const [one, two] = [new Asking(dispatcher), new Asking(dispatcher)];
  assertEquals([await one.status("/"), await two.status("/")], [200, 200]);
  await dispatcher.close(1001, "", 0);
});

Deno.test("Dispatcher.replaceRoutes() keeps count of who is at a route", async () => {
  const route = (options: RouteOptions, handler = SOCKET) => [{ path: "/a", handler, ...options }];
  const dispatcher = new Dispatcher({ routes: route({}) });
  const asking = [1, 2, 3, 4].map(() => new Asking(dispatcher));
  const status = (at: number) => asking[at]?.status("/a", UPGRADE);
  assertEquals([await status(0), await status(1)], [101, 101]);
  // Those that came before there was a limit count as well, at whichever handler they are.
  dispatcher.replaceRoutes(route({ maxConnections: 2 }, { ...SOCKET }));
  assertEquals(await status(2), 503);
  dispatcher.replaceRoutes([]);
  dispatcher.replaceRoutes(route({ maxPerIp: 3 }));
  assertEquals([await status(2), await status(3)], [101, 429]);
  for (const at of [0, 1, 2]) asking[at]?.finish();
  dispatcher.replaceRoutes(route({ maxConnections: 1 }));
  assertEquals([await status(0), await status(1)], [101, 503]);
  await dispatcher.close(1001, "", 0);
});

Deno.test("Dispatcher counts each refusal for a limit at its route, and those of the server at none", async () => {
  const meter = new NotingMeter();
  const routes = [{ path: "/a", handler: SOCKET, maxPerIp: 1 }, { path: "*", handler: SOCKET }];
  const dispatcher = new Dispatcher({ routes, maxConnections: 2, meter });
  const asking = [1, 2, 3].map(() => new Asking(dispatcher));
  const statuses = [];
  for (const [at, path] of [[0, "/a"], [1, "/a"], [1, "/b"], [2, "/b"], [2, "/c"]] as const) {
    statuses.push(await asking[at]?.status(path, UPGRADE));
  }
  assertEquals(statuses, [101, 429, 101, 503, 503]);
  assertEquals(meter.noted.filter((line) => line.includes("limited")), [
    "/a: limited maxperip",
    "none: limited maxconnections",
    "none: limited maxconnections",
  ]);
  await dispatcher.close(1001, "", 0);
});

Deno.test("Dispatcher has one line for a flood of refusals, and one at the end that counts them", async () => {
  using log = new CapturedLog("access", "json");
  const connectRate = { perSecond: 0.001, burst: 1 };
  const dispatcher = new Dispatcher({ routes: [{ path: "/a", handler: SOCKET, connectRate }] });
  const asking = new Asking(dispatcher);
  for (let count = 0; count < 2_003; count++) await asking.status("/a", UPGRADE);
  await dispatcher.close(1001, "", 0);
  const lines = log.lines.map((line) => {
    const { level, status, route, remote, message } = JSON.parse(line);
    return [level, status, route, remote, message].join(" | ");
  });
  const why = "error | 429 | /a | 192.0.2.1 | " +
    "Too many requests from 192.0.2.1: it may make 0.001 a second (connectrate)";
  assertEquals(lines, [why, `${why} … and 2,000 more like it`]);
});
