import { assertEquals } from "@std/assert";
import type { LocalBus } from "../../../lib/bus/local/local_bus.ts";
import { nextTurn } from "../../../lib/base/next_turn.ts";
import { MemoryBuses } from "../../../lib/bus/local/memory_buses.ts";
import { StrictOnes } from "../../../lib/gate/relay/strict_ones.ts";
import { shared } from "../../../lib/handlers/shared.ts";
import { CapturedLog } from "../../base/captured_log.ts";
import { RawClient } from "../../support/client.ts";
import { JoinedServers } from "./joined_servers.ts";

const CLOSED = { texts: [], closed: "1013 The other servers cannot be reached" };

for (const [what, cut] of [["runs it", 0], ["leads there", 1]] as const) {
  Deno.test(`shared() with away=close closes the clients of a server that is alone and ${what}, and no others`, async () => {
    using _log = new CapturedLog();
    await using servers = await JoinedServers.start(2, () => [
      { path: "/s", handler: shared(["cat"]), away: "close" },
    ]);
    using one = await RawClient.open(`${servers.url(0)}s`);
    using two = await RawClient.open(`${servers.url(1)}s`);
    for (const client of [one, two]) {
      await client.send("before");
      assertEquals([await one.text(), await two.text()], ["before", "before"]);
    }
    const bus = servers.all[cut]?.bus as LocalBus;
    const [alone, other] = cut === 0 ? [one, two] : [two, one];
    servers.buses.cut(bus);
    assertEquals(await alone.rest(), CLOSED);
    await other.send("after");
    assertEquals(await other.text(), "after");
    servers.buses.mend(bus);
    await other.send("again");
    assertEquals(await other.text(), "again");
    assertEquals(servers.all[1 - cut]?.server.connections, 1);
  });
}

Deno.test("shared() answers with 503 where no server can be found in time that runs it", async () => {
  using log = new CapturedLog("error");
  await using servers = new JoinedServers({ acceptMs: 1 });
  const { bus, url } = await servers.add([{ path: "/s", handler: shared(["cat"]) }]);
  servers.buses.cut(bus);
  using late = await RawClient.request(`${url}s`);
  assertEquals([late.answer.status, late.answer.headers.get("retry-after")], [503, "5"]);
  await log.until(/No server is found that runs it: Cannot claim/);
});

Deno.test("StrictOnes end with their server's bus, also who comes too late, and not who has left", async () => {
  await using buses = new MemoryBuses();
  const bus = buses.join();
  using strict = new StrictOnes(bus);
  const told: string[] = [];
  const one = (name: string) => ({ apart: () => void told.push(name) });
  const [stays, leaves] = [one("stays"), one("leaves")];
  for (const each of [stays, leaves]) strict.add(each);
  strict.delete(leaves);
  await nextTurn();
  assertEquals([bus.isAway, told], [false, []]);
  buses.cut(bus);
  await nextTurn();
  strict.add(one("is late"));
  assertEquals(told, ["stays", "is late"]);
  buses.mend(bus);
  await nextTurn();
  strict.add(one("is back"));
  assertEquals([bus.isAway, told.length], [false, 2]);
});
