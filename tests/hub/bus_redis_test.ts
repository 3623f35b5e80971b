import { assertEquals } from "@std/assert";
import type { Bus } from "../../lib/bus/bus.ts";
import { RedisBus } from "../../lib/bus/redis/redis_bus.ts";
import { Log } from "../../lib/base/log.ts";
import { BusHub } from "../../lib/hub/bus_hub.ts";
import { Redis } from "../support/redis.ts";
import { Guest, say } from "./servers.ts";

/** Hubs of several servers on a real Redis. */
class Site implements AsyncDisposable {
  readonly redis: Redis;
  readonly buses: Bus[] = [];
  readonly hubs: BusHub[] = [];

  private constructor(redis: Redis) {
    this.redis = redis;
  }

  static async start(count: number): Promise<Site> {
    const site = new Site(await Redis.start({ appendOnly: true }));
    for (let index = 0; index < count; index++) {
      const bus = await RedisBus.open(site.redis.url, { log: new Log() });
      site.buses.push(bus);
      const hub = new BusHub(bus);
      hub.space().keep(hub, 5);
      site.hubs.push(hub);
    }
    return site;
  }

  hub(index: number): BusHub {
    return this.hubs[index] as BusHub;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const hub of this.hubs) hub[Symbol.dispose]();
    await Promise.all(this.buses.map((bus) => bus[Symbol.asyncDispose]()));
    await this.redis[Symbol.asyncDispose]();
  }
}

Deno.test("BusRoom on Redis has one order, one history, and tells who is there", async () => {
  await using site = await Site.start(3);
  const guests = site.hubs.map((hub, index) => {
    const guest = new Guest(`guest-${index}`);
    hub.room("hall").join(guest, { last: 5 });
    return guest;
  });
  // A room is there when what is said in it comes back.
  for (const [index, hub] of site.hubs.entries()) {
    say(hub, "hall", `here ${index}`);
    await guests[index]?.until(() => !!guests[index]?.told.includes(`here ${index}`), "itself");
  }
  for (let round = 0; round < 50; round++) {
    for (const [index, hub] of site.hubs.entries()) say(hub, "hall", `${index}.${round}`);
  }
  const heard = await Promise.all(guests.map(async (guest) => {
    await guest.until(
      () => guest.told.filter((text) => /^\d/.test(String(text))).length === 150,
      "all",
    );
    return guest.told.filter((text) => /^\d/.test(String(text)));
  }));
  assertEquals(heard[1], heard[0]);
  assertEquals(heard[2], heard[0]);
  const late = new Guest("late");
  site.hub(1).room("hall").join(late, { last: 5, watches: true });
  await late.count(6);
  assertEquals(late.told.slice(0, 5), heard[0]?.slice(-5));
  assertEquals(JSON.parse(String(late.told[5])), {
    type: "join",
    id: "late",
    room: "hall",
    members: 4,
  });
  site.hub(2).room("hall").leave({ id: "guest-2" });
  await late.count(7);
  assertEquals(JSON.parse(String(late.told[6])), {
    type: "leave",
    id: "guest-2",
    room: "hall",
    members: 3,
  });
});

Deno.test("BusRoom goes on while Redis is away, and nobody misses anything, nor gets it twice", async () => {
  await using site = await Site.start(2);
  const [ann, bob] = [new Guest("ann"), new Guest("bob")];
  site.hub(0).room("hall").join(ann);
  site.hub(1).room("hall").join(bob);
  say(site.hub(0), "hall", "ann is here");
  await ann.until(() => ann.told.includes("ann is here"), "itself");
  say(site.hub(1), "hall", "bob is here");
  await Promise.all(
    [ann, bob].map((guest) => guest.until(() => guest.told.includes("bob is here"), "bob")),
  );
  await site.redis.crash();
  await Promise.all([ann, bob].map((guest) => guest.until(() => guest.apartTimes > 0, "apart")));
  say(site.hub(0), "hall", "alone 0");
  say(site.hub(1), "hall", "alone 1");
  assertEquals([ann.told.at(-1), bob.told.at(-1)], ["alone 0", "alone 1"]);
  await site.redis.restart();
  await Promise.all(
    [ann, bob].map((guest) =>
      guest.until(() => guest.told.includes("alone 0") && guest.told.includes("alone 1"), "both")
    ),
  );
  say(site.hub(0), "hall", "again");
  await Promise.all(
    [ann, bob].map((guest) => guest.until(() => guest.told.includes("again"), "again")),
  );
  for (const { told, missedCounts } of [ann, bob]) {
    assertEquals(told.length, new Set(told).size);
    assertEquals(missedCounts, []);
  }
});
