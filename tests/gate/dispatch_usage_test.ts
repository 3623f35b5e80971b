import { assert, assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/base/errors.ts";
import type { Handler } from "../../lib/contract.ts";
import { Dispatcher } from "../../lib/gate/dispatch.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { fakeRequest } from "../base/fake_request.ts";

const UPGRADE = fakeRequest({
  headers: {
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
  },
});
const EXCHANGE = { body: null, left: new AbortController().signal };

async function statusOf(dispatcher: Dispatcher): Promise<number> {
  const decision = await dispatcher.dispatch(UPGRADE, EXCHANGE);
  assert(decision instanceof Response);
  await decision.body?.cancel();
  return decision.status;
}

/** A handler that remembers what was done with it. */
function remembering(): { handler: Handler; told: string[] } {
  const told: string[] = [];
  const handler: Handler = {
    start: () => void told.push("start"),
    accept: () => {
      told.push("accept");
      return { open() {}, abandon: () => void told.push("abandon") };
    },
    [Symbol.asyncDispose]() {
      told.push("dispose");
      return Promise.resolve();
    },
  };
  return { handler, told };
}

Deno.test("Dispatcher.replaceRoutes() disposes no handler to which a request is on its way", async () => {
  const looking = Promise.withResolvers<string>();
  const { handler, told } = remembering();
  const routes = [{ path: "*", handler }];
  const dispatcher = new Dispatcher({ routes, lookup: () => looking.promise });
  const decision = dispatcher.dispatch(UPGRADE, EXCHANGE);
  dispatcher.replaceRoutes([]);
  assertEquals(told, ["start"]);
  looking.resolve("name");
  const ticket = await decision;
  assert(!(ticket instanceof Response));
  assertEquals(told, ["start", "accept"]);
  ticket.abandon();
  assertEquals(told, ["start", "accept", "abandon", "dispose"]);
});

Deno.test("Dispatcher.replaceRoutes() keeps a handler that it is given again", async () => {
  const { handler, told } = remembering();
  const routes = [{ path: "*", handler }];
  const dispatcher = new Dispatcher({ routes });
  const ticket = await dispatcher.dispatch(UPGRADE, EXCHANGE);
  assert(!(ticket instanceof Response));
  dispatcher.replaceRoutes([]);
  dispatcher.replaceRoutes(routes);
  ticket.abandon();
  assertEquals(told, ["start", "accept", "abandon"]);
  await dispatcher.close(1001, "", 0);
  assertEquals(told, ["start", "accept", "abandon", "dispose"]);
});

Deno.test("Dispatcher.replaceRoutes() starts a handler anew that it has disposed", async () => {
  const { handler, told } = remembering();
  const routes = [{ path: "*", handler }];
  const dispatcher = new Dispatcher({ routes });
  dispatcher.replaceRoutes([]);
  dispatcher.replaceRoutes(routes);
  assertEquals(told, ["start", "dispose", "start"]);
  await dispatcher.close(1001, "", 0);
  assertEquals(told, ["start", "dispose", "start", "dispose"]);
});

Deno.test("Dispatcher.replaceRoutes() starts nothing after close()", async () => {
  const { handler, told } = remembering();
  const dispatcher = new Dispatcher({ routes: [] });
  await dispatcher.close(1001, "", 0);
  dispatcher.replaceRoutes([{ path: "*", handler }]);
  assertEquals(told, []);
});

Deno.test("Dispatcher starts nothing where a path is no pattern", () => {
  const { handler, told } = remembering();
  const routes = [{ path: "/a", handler }, { path: "/(", handler }];
  assertThrows(() => new Dispatcher({ routes }), UsageError, 'Invalid pattern "/(" in routes[1]: ');
  assertEquals(told, []);
});

Deno.test("Dispatcher counts a request once whose refusal cannot be sent", async () => {
  const waiting = Promise.withResolvers<Response>();
  const answers = [Response.error(), waiting.promise];
  const { handler: { start: _, ...remembered }, told } = remembering();
  const handler = { ...remembered, accept: () => answers.shift() ?? Response.error() };
  const routes = [{ path: "*", handler }];
  const dispatcher = new Dispatcher({ routes, headersHttp: [["A", "b"]] });
  assertEquals(await statusOf(dispatcher), 500);
  const second = statusOf(dispatcher);
  dispatcher.replaceRoutes([]);
  assertEquals(told, []);
  waiting.resolve(new Response(null, { status: 403 }));
  assertEquals([await second, told], [403, ["dispose"]]);
});

Deno.test("Dispatcher disposes no handler before what it has prepared is abandoned", async () => {
  const { handler, told } = remembering();
  const routes = [{
    path: "*",
    handler: {
      ...handler,
      accept() {
        dispatcher.replaceRoutes([]);
        return { open() {}, subprotocol: "not offered", abandon: () => void told.push("abandon") };
      },
    },
  }];
  const dispatcher: Dispatcher = new Dispatcher({ routes });
  assertEquals(await statusOf(dispatcher), 500);
  assertEquals(told, ["start", "abandon", "dispose"]);
});

const THROWS: [how: string, abandon: () => void][] = [
  ["at once", () => {
    throw new Error("it broke");
  }],
  ["later", () => Promise.reject(new Error("it broke"))],
];
for (const [how, abandon] of THROWS) {
  Deno.test(`Dispatcher logs what abandon throws, ${how}, and goes on`, async () => {
    using log = new CapturedLog();
    const handler: Handler = { accept: () => ({ open() {}, abandon }) };
    const dispatcher = new Dispatcher({ routes: [{ path: "*", handler }] });
    const ticket = await dispatcher.dispatch(UPGRADE, EXCHANGE);
    assert(!(ticket instanceof Response));
    ticket.abandon();
    await dispatcher.close(1001, "", 0);
    assertEquals(log.messages, ["ERROR session: The handler failed: it broke"]);
  });
}
