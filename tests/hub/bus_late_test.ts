import { assertEquals, assertMatch } from "@std/assert";
import { BusHub } from "../../lib/hub/bus_hub.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { FakeTimers } from "../base/fake_timers.ts";
import { Guest, say } from "./servers.ts";
import { ToldBus } from "./told_bus.ts";

const NEXT = { log: "log", number: 1 };
const OTHER = "bbbbbbbbbbbbbbbb";

Deno.test("BusRoom brings nobody again what the bus has given up, and the engine has taken all the same", async () => {
  using timers = new FakeTimers();
  const bus = new ToldBus();
  using hub = new BusHub(bus);
  hub.space().keep(hub, 5);
  const room = hub.room("hall");
  const [ann, late] = [new Guest("ann"), new Guest("late")];
  room.join(ann);
  bus.subscribers.get(room.topic)?.began([], NEXT);
  say(hub, "hall", "said");
  bus.goes();
  assertEquals(ann.told, ["said"]);
  // Its answer was lost, and nobody waits for it any longer.
  bus.published[0]?.answer.resolve(undefined);
  await timers.pass(0);
  room.join(late);
  bus.comes();
  bus.brings(room.topic, 0);
  say(hub, "hall", "after");
  bus.brings(room.topic, 1);
  assertEquals([ann.told, late.told], [["said", "after"], ["after"]]);
  // It is a part of what was said there.
  const later = new Guest("later");
  room.join(later, { last: 5 });
  assertEquals(later.told, ["said", "after"]);
});

Deno.test("BusRoom does not believe what comes late of a server that is gone", async () => {
  using timers = new FakeTimers();
  const bus = new ToldBus();
  bus.peers.add(OTHER);
  using hub = new BusHub(bus);
  const room = hub.room("hall");
  room.join(new Guest("ann"));
  bus.subscribers.get(room.topic)?.began([], NEXT);
  bus.says(room.topic, OTHER, { version: 1, members: 3 });
  assertEquals(room.size, 4);
  bus.peers.delete(OTHER);
  bus.watcher?.left?.(OTHER);
  assertEquals(room.size, 1);
  bus.says(room.topic, OTHER, { version: 2, members: 2 });
  assertEquals(room.size, 1);
  bus.peers.add(OTHER);
  bus.watcher?.joined?.(OTHER);
  bus.says(room.topic, OTHER, { version: 3, members: 2 });
  assertEquals(room.size, 3);
  await timers.pass(1_000);
});

Deno.test("BusHub tells last who is there where a room was left, and entered again, while the engine was away", async () => {
  using timers = new FakeTimers();
  const bus = new ToldBus();
  using hub = new BusHub(bus);
  const { topic } = hub.room("hall");
  const [ann, bob] = [new Guest("ann"), new Guest("bob")];
  hub.room("hall").join(ann);
  bus.subscribers.get(topic)?.began([], NEXT);
  await timers.pass(1_000);
  bus.goes();
  hub.room("hall").leave(ann);
  await timers.pass(20_000);
  assertEquals([hub.space().has("hall"), bus.subscribers.size], [false, 0]);
  hub.room("hall").join(bob);
  // An engine may begin before it says that it is there again.
  bus.subscribers.get(topic)?.began([], NEXT);
  bus.comes();
  await timers.pass(1_000);
  assertEquals(bus.casts.at(-1)?.members, 1);
  const versions = bus.casts.map(({ version }) => version);
  assertEquals(versions, versions.toSorted((one, other) => one - other));
});

Deno.test("BusHub says in the log that a bus does not tell what waits, and tells who is there later", async () => {
  using timers = new FakeTimers();
  using log = new CapturedLog();
  const bus = new ToldBus();
  using hub = new BusHub(bus);
  const room = hub.room("hall");
  room.join(new Guest("ann"));
  bus.subscribers.get(room.topic)?.began([], NEXT);
  await timers.pass(1_000);
  bus.bufferedAmount = 64 * 1024 * 1024;
  bus.drained = () => Promise.reject(new Error("a mistake"));
  room.join(new Guest("bob"));
  await timers.pass(1_000);
  assertMatch(
    log.messages.join("\n"),
    /^ERROR server: The bus does not say what waits: .*a mistake/,
  );
  bus.bufferedAmount = 0;
  room.join(new Guest("eve"));
  await timers.pass(1_000);
  assertEquals(bus.casts.at(-1)?.members, 3);
});
