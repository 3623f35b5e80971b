import { assertEquals } from "@std/assert";
import { Batch } from "../../lib/base/batch.ts";
import type { Bus, Entry, SubscribeOptions, Subscriber } from "../../lib/bus/bus.ts";
import { MAX_EMPTY_ROOMS } from "../../lib/base/limits.ts";
import { BusHub } from "../../lib/hub/bus_hub.ts";
import { type Presence, writePresence } from "../../lib/hub/presence.ts";
import { FakeTimers } from "../base/fake_timers.ts";
import { Guest, say } from "./servers.ts";

/** A bus whose engine answers when the test says so. */
class SlowBus implements Bus {
  readonly self = "aaaaaaaaaaaaaaaa";
  readonly name = "slow";
  readonly isAway = false;
  readonly peers: Set<string> = new Set();
  readonly bufferedAmount = 0;
  readonly published: Uint8Array[] = [];
  readonly subscribers = new Map<string, Subscriber>();
  readonly wanted: SubscribeOptions[] = [];

  watch(): Disposable {
    return { [Symbol.dispose]() {} };
  }

  publish(_topic: string, payload: Uint8Array): Promise<undefined> {
    this.published.push(payload);
    return new Promise(() => {});
  }

  subscribe(topic: string, subscriber: Subscriber, options: SubscribeOptions): Disposable {
    this.subscribers.set(topic, subscriber);
    this.wanted.push(options);
    return { [Symbol.dispose]: () => void this.subscribers.delete(topic) };
  }

  /** Begins a subscription, and brings all that was said. */
  begin(topic: string): void {
    const mark = (index: number) => ({ log: "log", number: index + 1 });
    const subscriber = this.subscribers.get(topic);
    subscriber?.began([], mark(0));
    for (const [index, payload] of this.published.entries()) {
      subscriber?.entry({ mark: mark(index), count: 1, from: this.self, payload });
    }
  }

  cast(): void {}
  send(): void {}
  claim(): Promise<never> {
    return Promise.reject(new Error("Nobody asks for that"));
  }

  drained(): Promise<void> {
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

Deno.test("BusRoom waits 3 s for the engine, and then begins with those who are here", async () => {
  using timers = new FakeTimers();
  const bus = new SlowBus();
  using hub = new BusHub(bus);
  hub.space().keep(hub, 7);
  const guest = new Guest("guest");
  hub.room("hall").join(guest, { last: 7 });
  assertEquals(bus.wanted, [{ last: 7 }]);
  say(hub, "hall", "early");
  await timers.pass(2_999);
  assertEquals([bus.published.length, guest.told], [0, []]);
  await timers.pass(1);
  assertEquals([bus.published.length, guest.told], [1, ["early"]]);
  say(hub, "hall", "alone");
  assertEquals(guest.told, ["early", "alone"]);
  // Nobody gets it again when it comes back.
  bus.begin(hub.room("hall").topic);
  assertEquals(guest.told, ["early", "alone"]);
});

Deno.test("BusRoom lets nobody hear it alone who is closed for that, also where the engine is only late", async () => {
  using timers = new FakeTimers();
  const bus = new SlowBus();
  using hub = new BusHub(bus);
  const leaver = (id: string) => {
    const guest = new Guest(id);
    guest.apart = () => hub.room("hall").leave(guest);
    hub.room("hall").join(guest);
    return guest;
  };
  const [stays, leaves] = [new Guest("stays"), leaver("leaves")];
  hub.room("hall").join(stays);
  say(hub, "hall", "early");
  await timers.pass(3_000);
  const late = leaver("late");
  say(hub, "hall", "alone");
  assertEquals([stays.told, leaves.told, late.told], [["early", "alone"], [], []]);
  assertEquals(stays.apartTimes, 1);
});

Deno.test("BusRoom brings nobody again what was said together, where only the end of that is kept", async () => {
  using timers = new FakeTimers();
  const bus = new SlowBus();
  using hub = new BusHub(bus);
  hub.space().keep(hub, 3);
  const [guest, late] = [new Guest("guest"), new Guest("late")];
  const room = hub.room("hall");
  room.join(guest, { last: 3 });
  await timers.pass(3_000);
  const counts = ["abc", "de"].map((text) => {
    const spans = Array.from(text, (_, at) => [at, at + 1]).flat();
    room.publish(new Batch(false, new TextEncoder().encode(text), spans));
    return text.length;
  });
  room.join(late, { last: 3 });
  let number = 1;
  const past = bus.published.map((payload, index): Entry => {
    const count = counts[index] ?? 0;
    const mark = { log: "log", number };
    number += count;
    return { mark, count, from: bus.self, payload };
  });
  bus.subscribers.get(room.topic)?.began(past, { log: "log", number });
  assertEquals([guest.told, late.told], [[..."abcde"], [..."cde"]]);
});

Deno.test("BusRoom tells a watcher of itself after 1 s where another server does not answer", async () => {
  using timers = new FakeTimers();
  const bus = new SlowBus();
  bus.peers.add("bbbbbbbbbbbbbbbb");
  using hub = new BusHub(bus);
  const guest = new Guest("guest");
  hub.room("hall").join(guest, { watches: true });
  bus.begin(hub.room("hall").topic);
  await timers.pass(999);
  assertEquals(guest.told, []);
  await timers.pass(1);
  assertEquals(guest.told, ['{"type":"join","id":"guest","room":"hall","members":1}']);
});

Deno.test("BusRoom tells a watcher of itself when another server has said who is there, and not only how many", async () => {
  using timers = new FakeTimers();
  const bus = new SlowBus();
  const other = "bbbbbbbbbbbbbbbb";
  bus.peers.add(other);
  using hub = new BusHub(bus);
  const guest = new Guest("guest");
  const { topic } = hub.room("hall");
  hub.room("hall").join(guest, { watches: true });
  bus.begin(topic);
  const says = (words: Partial<Presence>) => {
    const payload = writePresence({
      ...{ version: 1, members: 1, watched: false, asks: false, changes: [] },
      ...words,
    });
    bus.subscribers.get(topic)?.cast(payload, other);
  };
  // It had not been asked yet.
  says({});
  assertEquals(guest.told, []);
  // What it has sent to this server alone may come before what it has told all.
  says({ version: 2, ids: ["bob"] });
  says({ version: 4, members: 0, ids: [] });
  says({ version: 3, members: 0, changes: [["-", "bob"]] });
  await timers.pass(1_000);
  assertEquals(guest.told, [
    '{"type":"join","id":"guest","room":"hall","members":2}',
    '{"type":"leave","id":"bob","room":"hall","members":1}',
  ]);
});

Deno.test("BusHub listens to a room for 5 to 10 s after the last has left, and again when somebody comes", async () => {
  using timers = new FakeTimers();
  const bus = new SlowBus();
  using hub = new BusHub(bus);
  const guest = new Guest("guest");
  const { topic } = hub.room("hall");
  hub.room("hall").join(guest);
  bus.begin(topic);
  hub.room("hall").leave(guest);
  await timers.pass(4_999);
  assertEquals([bus.subscribers.has(topic), hub.space().has("hall")], [true, true]);
  // Who comes meanwhile finds it as it was.
  hub.room("hall").join(guest);
  await timers.pass(20_000);
  assertEquals(bus.wanted.length, 1);
  hub.room("hall").leave(guest);
  await timers.pass(10_000);
  assertEquals([bus.subscribers.has(topic), hub.space().has("hall")], [false, false]);
  hub.room("hall").join(guest);
  assertEquals([bus.subscribers.has(topic), bus.wanted.length], [true, 2]);
});

Deno.test("BusHub listens to no more than 1,000 rooms that nobody is in, whatever names clients choose", () => {
  using _timers = new FakeTimers();
  const bus = new SlowBus();
  using hub = new BusHub(bus);
  const guest = new Guest("guest");
  for (let index = 0; index < MAX_EMPTY_ROOMS + 500; index++) {
    hub.room(`room ${index}`).join(guest);
    hub.room(`room ${index}`).leave(guest);
  }
  assertEquals(bus.subscribers.size, MAX_EMPTY_ROOMS);
  assertEquals([hub.space().has("room 499"), hub.space().has("room 500")], [false, true]);
});

Deno.test("BusHub has another topic for each room, none too long, whatever its name", () => {
  using hub = new BusHub(new SlowBus());
  const long = "x".repeat(600);
  const names = ["", "a", "/a", "ü", "x", long, `${long}y`, "\ud800", "\ud801", "a/b", "room:/a"];
  const topics = [
    ...names.map((name) => hub.room(name).topic),
    ...names.map((name) => hub.space("a").room(name).topic),
    ...names.map((name) => hub.space("a/b").room(name).topic),
  ];
  assertEquals(new Set(topics).size, topics.length);
  for (const topic of topics) {
    assertEquals(topic.isWellFormed() && new TextEncoder().encode(topic).length <= 512, true);
  }
});
