import { assertEquals } from "@std/assert";
import { HandshakeError } from "../../lib/base/errors.ts";
import type { Handler } from "../../lib/contract.ts";
import { Dispatcher } from "../../lib/gate/dispatch.ts";
import type { Route } from "../../lib/gate/route.ts";
import { fakeRequest, type RequestChanges } from "../base/fake_request.ts";
import { NotingMeter } from "../base/noting_meter.ts";
import { fakeExchange } from "../support/fake_place.ts";

const headers = {
  Upgrade: "websocket",
  Connection: "Upgrade",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
};
const SOCKET: Handler = { open() {} };
const PAGE: Handler = { respond: () => new Response("page") };
const FAILS: Handler = {
  accept() {
    throw new HandshakeError(403, "not you");
  },
};
const ROUTES: Route[] = [
  { path: "/chat/:room", handler: SOCKET },
  { path: "/page", handler: PAGE },
  { path: "/no/*", handler: FAILS },
  { path: "/out", handler: PAGE, guards: [{ check: () => new Response("", { status: 401 }) }] },
];

const CASES: [what: string, request: RequestChanges, noted: string[]][] = [
  ["a handshake that is accepted, which counts when it is open", { path: "/chat/a", headers }, []],
  ["a handshake that is refused", { path: "/no/b/c", headers }, ["/no/*: handshake 403"]],
  ["a handshake that is none", {
    path: "/chat/a",
    headers: { ...headers, "Sec-WebSocket-Key": "" },
  }, [
    "/chat/:room: handshake 400",
  ]],
  ["a handshake for nothing", { path: "/nothing", headers }, ["none: handshake 404"]],
  ["a page", { path: "/page" }, ["/page: request 200"]],
  ["a guard's refusal", { path: "/out" }, ["/out: request 401"]],
  ["a request where there are WebSockets", { path: "/chat/a" }, ["/chat/:room: request 426"]],
  ["a request for nothing", { path: "/nothing" }, ["none: request 404"]],
];

for (const [what, request, noted] of CASES) {
  Deno.test(`Dispatcher.dispatch() counts ${what}`, async () => {
    const meter = new NotingMeter();
    const dispatcher = new Dispatcher({ routes: ROUTES, meter });
    const decision = await dispatcher.dispatch(fakeRequest(request), fakeExchange());
    if (decision instanceof Response) await decision.body?.cancel();
    else decision.abandon();
    assertEquals(meter.noted, noted);
  });
}

Deno.test("Dispatcher.refuse() counts what an engine refuses", () => {
  const meter = new NotingMeter();
  const dispatcher = new Dispatcher({ routes: ROUTES, meter });
  const log = { error() {}, access() {}, with: () => log } as never;
  dispatcher.refuse({ upgrades: false, log: () => log }, new HandshakeError(400, "no Host"));
  assertEquals(meter.noted, ["none: request 400"]);
});

Deno.test("Dispatcher gives a handler the counts of its route, at its start those of the first", async () => {
  const meter = new NotingMeter();
  const seen: unknown[] = [];
  const handler: Handler = {
    start: (place) => seen.push(place.meter) as never,
    respond(_request, _exchange, place) {
      seen.push(place.meter);
      return new Response();
    },
  };
  const routes = [{ path: "/a", handler }, { path: "/b", handler }];
  const dispatcher = new Dispatcher({ routes, meter });
  for (const path of ["/b", "/a"]) await dispatcher.dispatch(fakeRequest({ path }), fakeExchange());
  assertEquals(seen.map((it) => it === meter.at("/a") ? "/a" : "/b"), ["/a", "/b", "/a"]);
});
