import { assert, assertEquals } from "@std/assert";
import { HIGH_WATER_MARK } from "../../lib/base/limits.ts";
import { MemoryBuses } from "../../lib/bus/local/memory_buses.ts";
import { BusHub } from "../../lib/hub/bus_hub.ts";
import { FakeTimers } from "../base/fake_timers.ts";
import { Gate } from "../bus/local/gate.ts";
import { Guest } from "./servers.ts";

/** The ids in notices, by what they say, and the number of members in the last. */
function noticed({ told }: Guest): { join: string[]; leave: string[]; members: number } {
  const all = told.map((text) => JSON.parse(String(text)));
  const of = (type: string) => all.filter((one) => one.type === type).map(({ id }) => id);
  return { join: of("join"), leave: of("leave"), members: all.at(-1).members };
}

/** Two servers, of which the engine does not read the first while a gate is shut. */
async function two(timers: FakeTimers) {
  const buses = new MemoryBuses();
  const gate = new Gate();
  const bus = buses.join(gate.carry);
  const [here, there] = [new BusHub(bus), new BusHub(buses.join())];
  const watcher = new Guest("watcher");
  there.room("hall").join(watcher, { watches: true });
  const first = new Guest("first");
  await timers.pass(2_000);
  here.room("hall").join(first);
  await timers.pass(100);
  assertEquals(noticed(watcher).join, ["watcher", "first"]);
  return {
    ...{ bus, gate, here, there, watcher, first },
    /** Has so much wait that nothing is told any more. */
    fill() {
      gate.shut();
      const payload = new Uint8Array(HIGH_WATER_MARK);
      void bus.publish("another", payload, { count: 1, keep: 0 });
      return bus.bufferedAmount;
    },
    async [Symbol.asyncDispose]() {
      for (const hub of [here, there]) hub[Symbol.dispose]();
      await buses[Symbol.asyncDispose]();
    },
  };
}

Deno.test("BusHub tells others nothing while much waits for the engine, and all of it together then", async () => {
  using timers = new FakeTimers();
  await using servers = await two(timers);
  const { bus, gate, here, there, watcher } = servers;
  const full = servers.fill();
  const guests = Array.from({ length: 300 }, (_, at) => new Guest(`g${at}`));
  for (let round = 0; round < 3; round++) {
    for (const guest of guests) here.room("hall").join(guest, { watches: round === 1 });
    await timers.pass(2_000);
    for (const guest of guests.slice(20 * round)) here.room("hall").leave(guest);
    await timers.pass(2_000);
  }
  // There, nothing can be told of it, and what is asked there is answered later.
  there.room("hall").join(new Guest("later"), { watches: true });
  await timers.pass(2_000);
  assertEquals(bus.bufferedAmount, full);
  gate.open();
  await timers.pass(3_000);
  const size = 3 + 40;
  assertEquals([here.room("hall").size, there.room("hall").size], [size, size]);
  const { join, leave, members } = noticed(watcher);
  assertEquals(members, size);
  const present = new Set(join).difference(new Set(leave));
  assert(present.isSupersetOf(new Set(guests.slice(0, 40).map(({ id }) => id))));
});

Deno.test("BusHub tells that a room is empty when less waits, also where it is not listened to any more", async () => {
  using timers = new FakeTimers();
  await using servers = await two(timers);
  const { gate, here, there, watcher, first } = servers;
  servers.fill();
  here.room("hall").leave(first);
  // It does not linger for so long.
  await timers.pass(30_000);
  assertEquals(here.space().has("hall"), false);
  assertEquals(there.room("hall").size, 2);
  gate.open();
  await timers.pass(3_000);
  assertEquals(there.room("hall").size, 1);
  assertEquals(noticed(watcher), { join: ["watcher", "first"], leave: ["first"], members: 1 });
});

Deno.test("BusHub tells who is in more rooms than it keeps a list of, when less waits", async () => {
  using timers = new FakeTimers();
  await using servers = await two(timers);
  const { gate, here, there } = servers;
  const rooms = Array.from({ length: 10_010 }, (_, at) => `room ${at}`);
  const last = rooms.at(-1) as string;
  there.room(last).join(new Guest("watcher"), { watches: true });
  for (const room of rooms) here.room(room).join(new Guest("first"), { watches: false });
  await timers.pass(3_000);
  assertEquals(there.room(last).size, 2);
  servers.fill();
  for (const room of rooms) here.room(room).join(new Guest("second"), { watches: false });
  await timers.pass(3_000);
  assertEquals(there.room(last).size, 2);
  gate.open();
  await timers.pass(3_000);
  assertEquals(there.room(last).size, 3);
});
