import { assertEquals, assertInstanceOf } from "@std/assert";
import { Permits } from "../../lib/base/permits.ts";
import type { Place } from "../../lib/contract.ts";
import { Dispatcher } from "../../lib/gate/dispatch.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { fakeRequest } from "../base/fake_request.ts";

const UPGRADE = {
  Upgrade: "websocket",
  Connection: "Upgrade",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
};

for (const headers of [{}, UPGRADE]) {
  const how = "Upgrade" in headers ? "a WebSocket" : "plain HTTP";
  Deno.test(`passGuards() gives a guard its place, which tells that the client of ${how} has left`, async () => {
    using log = new CapturedLog();
    const client = new AbortController();
    const processes = new Permits(1);
    const left = Promise.withResolvers<void>();
    let place: Place | undefined;
    const guard = {
      async check(_: unknown, given: Place) {
        place = given;
        given.log.info("server", "Looking");
        given.left.addEventListener("abort", () => left.resolve());
        await left.promise;
      },
    };
    const handler = { open() {}, respond: () => new Response() };
    const routes = [{ path: "*", handler, guards: [guard] }];
    const dispatcher = new Dispatcher({ routes, processes });
    const exchange = { body: null, left: client.signal };
    const answer = dispatcher.dispatch(fakeRequest({ headers }), exchange);
    await log.until(/Looking/);
    client.abort();
    const refusal = await answer;
    assertInstanceOf(refusal, Response);
    assertEquals([refusal.status, place?.processes === processes], [503, true]);
  });
}
