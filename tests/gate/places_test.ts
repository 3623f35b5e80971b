import { assert, assertEquals } from "@std/assert";
import { Log } from "../../lib/base/log.ts";
import { NO_METER } from "../../lib/base/meter.ts";
import { Permits } from "../../lib/base/permits.ts";
import type { RouteInfo } from "../../lib/contract.ts";
import { Places } from "../../lib/gate/places.ts";
import { RecentRefusals } from "../../lib/gate/recent_refusals.ts";
import { LocalHub } from "../../lib/hub/local_hub.ts";
import { fakeRequest } from "../base/fake_request.ts";

Deno.test("Places gives every handler the same server, and who waits for it where somebody does", () => {
  const ending = new AbortController();
  const refusals = new RecentRefusals();
  let routes: readonly RouteInfo[] = [];
  const places = new Places({
    hub: new LocalHub(),
    processes: new Permits(1),
    signal: ending.signal,
    isJoined: true,
    refusals,
    routes: () => routes,
  });
  const meter = NO_METER.at(undefined);
  const [one, two] = [places.of(new Log(), meter), places.of(new Log(), meter)];
  assertEquals([one.hub, one.processes, one.isJoined], [two.hub, two.processes, true]);
  assert(!("returns" in one));

  // Of routes and refusals it says how they are when it is asked.
  routes = [{ path: "/chat" }];
  assertEquals(one.overview.routes, routes);
  const request = fakeRequest({ target: "/chat" });
  refusals.note(request, new Response(null, { status: 403 }), "a reason");
  assertEquals(one.overview.refusal(request.remote.address, "/chat", 10_000), {
    status: 403,
    reason: "a reason",
  });

  ending.abort();
  assertEquals([one.signal.aborted, one.left.aborted], [true, false]);
});
