import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { sentListener } from "../../lib/base/sent.ts";
import type { Verdict } from "../../lib/contract.ts";
import { Dispatcher } from "../../lib/gate/dispatch.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { fakeRequest } from "../base/fake_request.ts";

const EXCHANGE = { body: null, left: new AbortController().signal };
const HANDSHAKE = {
  Upgrade: "websocket",
  Connection: "Upgrade",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
};

/** A server of one route that says hello, to WebSockets and other requests, whose guard says this. */
function serverOf(verdict: Verdict): Dispatcher {
  const handler = { open() {}, respond: () => new Response("hello") };
  const guards = [{ check: () => verdict }];
  return new Dispatcher({ routes: [{ path: "/:name", handler, guards }] });
}

const USERS: [verdict: Verdict, user: string | undefined][] = [
  [undefined, undefined],
  [{ user: "alice" }, "alice"],
  [{ user: 'a"\n<b>' }, 'a"\n<b>'],
];
for (const [verdict, user] of USERS) {
  const name = user === undefined ? "nobody known" : JSON.stringify(user);
  Deno.test(`Dispatcher has JSON tell the route and the user of an answer to ${name}`, async () => {
    using captured = new CapturedLog("access", "json");
    const answer = await serverOf(verdict).dispatch(fakeRequest({ path: "/x" }), EXCHANGE);
    assertInstanceOf(answer, Response);
    sentListener(answer)?.({ bytes: 5, whole: true });
    const { message, route, user: told, status, bytesOut } = JSON.parse(captured.lines[0] ?? "");
    assertEquals([message, route, told, status, bytesOut], ["ANSWERED", "/:name", user, "200", 5]);
  });

  Deno.test(`Dispatcher has JSON tell the route and the user of a connection of ${name}`, async () => {
    using captured = new CapturedLog("access", "json");
    const request = fakeRequest({ path: "/x", headers: HANDSHAKE });
    const ticket = await serverOf(verdict).dispatch(request, EXCHANGE);
    assert(!(ticket instanceof Response));
    ticket.log.access("session", "CONNECT");
    ticket.abandon();
    const { route, user: told } = JSON.parse(captured.lines[0] ?? "");
    assertEquals([route, told], ["/:name", user]);
  });
}

Deno.test("Dispatcher has nobody told of an answer where the log is a text", async () => {
  using _captured = new CapturedLog("access", "text");
  const answer = await serverOf(undefined).dispatch(fakeRequest({ path: "/x" }), EXCHANGE);
  assertInstanceOf(answer, Response);
  assertEquals(sentListener(answer), undefined);
});
