import { assert, assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import { HandshakeError } from "../../lib/base/errors.ts";
import type { Associated } from "../../lib/base/log.ts";
import type { Ticket } from "../../lib/connection/ticket.ts";
import type { Admission, Guard, Handler, Verdict } from "../../lib/contract.ts";
import { Dispatcher } from "../../lib/gate/dispatch.ts";
import type { DispatchOptions } from "../../lib/gate/dispatch_options.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { fakeRequest } from "../base/fake_request.ts";
import { FakeTimers, settle } from "../base/fake_timers.ts";

const UPGRADE = {
  Upgrade: "websocket",
  Connection: "Upgrade",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
};

/** A server with one route, and what it decides about one request. */
function asking(
  handler: Handler,
  options: Partial<DispatchOptions> & { headers?: Record<string, string>; left?: AbortSignal } = {},
): { dispatcher: Dispatcher; decision: Promise<Response | Ticket> } {
  const { headers = UPGRADE, left = new AbortController().signal, ...others } = options;
  const dispatcher = new Dispatcher({ routes: [{ path: "*", handler }], ...others });
  const decision = dispatcher.dispatch(fakeRequest({ headers }), { body: null, left });
  return { dispatcher, decision };
}

async function statusOf(decision: Promise<Response | Ticket>): Promise<number> {
  const response = await decision;
  assertInstanceOf(response, Response);
  return response.status;
}

Deno.test("Dispatcher answers 504 where accept does not settle, and abandons what it says later", async () => {
  using log = new CapturedLog();
  const { promise, resolve } = Promise.withResolvers<Admission>();
  let left: AbortSignal | undefined;
  const handler: Handler = {
    accept: (_, place) => {
      left = place.left;
      return promise;
    },
  };
  const { decision } = asking(handler, { acceptMs: 1 });
  assertEquals(await statusOf(decision), 504);
  assert(left?.aborted);
  assertEquals(log.messages, [
    "ACCESS session: Unable to Upgrade: There is no decision in 1 ms",
  ]);
  let abandoned = 0;
  resolve({ open: () => {}, abandon: () => abandoned++ });
  await settle();
  assertEquals(abandoned, 1);
});

Deno.test("Dispatcher lets go of the body of a refusal that comes too late", async () => {
  using _log = new CapturedLog();
  const { promise, resolve } = Promise.withResolvers<Response>();
  const { decision } = asking({ accept: () => promise }, { acceptMs: 1 });
  assertEquals(await statusOf(decision), 504);
  const cancelled = Promise.withResolvers<void>();
  resolve(new Response(new ReadableStream({ cancel: () => cancelled.resolve() })));
  await cancelled.promise;
});

for (const [how, headers] of [["an upgrade", UPGRADE], ["a request", {}]] as const) {
  Deno.test(`Dispatcher answers 504 to ${how} where a guard does not settle`, async () => {
    using _log = new CapturedLog();
    let asked = 0;
    const { promise, resolve } = Promise.withResolvers<Verdict>();
    const guards: Guard[] = [{ check: () => promise }];
    const handler: Handler = {
      accept: () => {
        asked++;
        return { open() {} };
      },
      respond: () => {
        asked++;
        return new Response();
      },
    };
    const { decision } = asking(handler, { acceptMs: 1, guards, headers });
    assertEquals(await statusOf(decision), 504);
    resolve(undefined);
    await settle();
    assertEquals(asked, 0);
  });
}

Deno.test("Dispatcher gives up a request whose client leaves, also where it is no WebSocket", async () => {
  using _log = new CapturedLog();
  const { promise } = Promise.withResolvers<never>();
  for (const does of ["accept", "respond"]) {
    const client = new AbortController();
    const places: AbortSignal[] = [];
    const handler = {
      accept: (_: unknown, place: { left: AbortSignal }) => (places.push(place.left), promise),
      respond: (_: unknown, __: unknown, place: { left: AbortSignal }) => (
        places.push(place.left), promise
      ),
    } as Handler;
    const headers = does === "accept" ? UPGRADE : {};
    const { decision } = asking(handler, { left: client.signal, headers });
    await settle();
    client.abort();
    assertEquals(await statusOf(decision), 503);
    assertEquals(places.map((left) => left.aborted), [true]);
  }
});

Deno.test("Dispatcher lets an answer take its time", async () => {
  using timers = new FakeTimers();
  const { promise, resolve } = Promise.withResolvers<Response>();
  const { decision } = asking({ respond: () => promise }, { acceptMs: 1_000, headers: {} });
  await timers.pass(3_600_000);
  resolve(new Response("late"));
  assertEquals(await statusOf(decision), 200);
});

Deno.test("Dispatcher disposes of a replaced handler that has not decided in time", async () => {
  using _log = new CapturedLog();
  const { promise } = Promise.withResolvers<never>();
  const disposed = Promise.withResolvers<void>();
  const handler: Handler = {
    accept: () => promise,
    [Symbol.asyncDispose]() {
      disposed.resolve();
      return Promise.resolve();
    },
  };
  const { dispatcher, decision } = asking(handler, { acceptMs: 1 });
  dispatcher.replaceRoutes([]);
  assertEquals(await statusOf(decision), 504);
  await disposed.promise;
});

const proxy = new Proxy({}, {
  getPrototypeOf() {
    throw new Error("hostile");
  },
});
const ODD: [what: string, error: unknown][] = [
  ["a HandshakeError that is no failure", new HandshakeError(99, "odd")],
  ["a HandshakeError with a header that is none", new HandshakeError(400, "odd", { "a b": "c" })],
  ["what cannot be looked at", proxy],
  ["nothing", undefined],
];
for (const [what, error] of ODD) {
  Deno.test(`Dispatcher answers 500 where a handler throws ${what}`, async () => {
    using log = new CapturedLog();
    const fail = () => {
      throw error;
    };
    assertEquals(await statusOf(asking({ accept: fail }).decision), 500);
    assertEquals(await statusOf(asking({ respond: fail }, { headers: {} }).decision), 500);
    assertEquals(log.messages.filter((line) => line.includes("The handler failed: ")).length, 2);
  });
}

Deno.test("Dispatcher writes facts of an admission into the log, whatever they are", async () => {
  using log = new CapturedLog();
  const associated = { pid: 5, command: Symbol("a"), origin: undefined } as unknown as Associated;
  const { decision } = asking({ accept: () => ({ open() {}, associated }) });
  const ticket = await decision;
  assert(!(ticket instanceof Response));
  ticket.log.info("session", "hello");
  assertMatch(log.lines[0] ?? "", /command:'Symbol\(a\)' origin:'file:' pid:'5' \| hello$/);
  ticket.abandon();
});
