import { assert, assertEquals } from "@std/assert";
import { MemoryBuses } from "../../../lib/bus/local/memory_buses.ts";
import { bytes, Heard, knows, Watched } from "../contract/heard.ts";
import { Gate } from "./gate.ts";

const KEEP = { count: 1, keep: 1_000 };
const NUMBERS = Array.from({ length: 40 }, (_, at) => String(at));

/** A message of 1,000 bytes that begins with a text. */
const kilobyte = (text: string): Uint8Array => bytes(text.padEnd(1_000, " "));
const trimmed = (texts: readonly string[]): string[] => texts.map((text) => text.trim());

Deno.test("LocalEngine goes on without a server that does not read, which catches up", async () => {
  await using buses = new MemoryBuses({ maxQueue: 10_000 });
  const gate = new Gate();
  const [one, other, stopped] = [buses.join(), buses.join(), buses.join(gate.carry)];
  using heard = await Heard.to(other, "room");
  using late = await Heard.to(stopped, "room");
  gate.shut();
  for (const text of NUMBERS) assert(await one.publish("room", kilobyte(text), KEEP));
  await heard.untilCount(40);
  gate.open();
  await late.untilCount(40);
  assertEquals(trimmed(late.events), ["began", ...NUMBERS]);
  assertEquals(buses.engine.figures.missed, 0);
});

Deno.test("LocalEngine tells a server that does not read how many messages it has lost", async () => {
  await using buses = new MemoryBuses({ maxQueue: 10_000, maxRecent: 10_000 });
  const gate = new Gate();
  const [one, stopped] = [buses.join(), buses.join(gate.carry)];
  using late = await Heard.to(stopped, "room");
  gate.shut();
  for (const text of NUMBERS) await one.publish("room", kilobyte(text), { count: 1, keep: 3 });
  gate.open();
  await late.until(kilobyte("39").reduce((text, byte) => text + String.fromCharCode(byte), ""));
  await one.publish("room", bytes("end"), { count: 1, keep: 3 });
  await late.until("end");
  const events = trimmed(late.events);
  const at = events.findIndex((event) => event.startsWith("lost:"));
  const lost = Number(events[at]?.slice("lost:".length));
  // What waits for it comes, then the number of those that are missing, then all that is kept.
  const before = NUMBERS.slice(0, at - 1);
  const after = NUMBERS.slice(at - 1 + lost);
  assertEquals(events, ["began", ...before, `lost:${lost}`, ...after, "end"]);
  assert(before.length >= 9, `${before.length} waited for it`);
  assert(after.length >= 3, `${after.length} are kept`);
  assertEquals(stopped.figures.lost, lost);
  assertEquals(buses.engine.figures.missed, lost);
  assertEquals(late.entries.at(-1)?.mark, { ...late.next, number: 41 });
});

Deno.test("LocalEngine begins a subscription behind what another of that server catches up with", async () => {
  await using buses = new MemoryBuses({ maxQueue: 10_000 });
  const gate = new Gate();
  const [one, stopped] = [buses.join(), buses.join(gate.carry)];
  using first = await Heard.to(stopped, "room");
  gate.shut();
  for (const text of NUMBERS) await one.publish("room", kilobyte(text), KEEP);
  using second = Heard.soon(stopped, "room", { last: 2 });
  using third = Heard.soon(stopped, "room");
  gate.open();
  await second.until("began");
  await one.publish("room", bytes("end"), KEEP);
  for (const heard of [first, second, third]) await heard.until("end");
  assertEquals(trimmed(first.events), ["began", ...NUMBERS, "end"]);
  assertEquals(trimmed(second.texts), ["38", "39", "end"]);
  assertEquals(third.events, ["began", "end"]);
});

Deno.test("LocalEngine says that a peer left where something of it is missing", async () => {
  await using buses = new MemoryBuses({ maxQueue: 10_000 });
  const gate = new Gate();
  const [one, other, stopped] = [buses.join(), buses.join(), buses.join(gate.carry)];
  using watched = new Watched(stopped);
  await knows(one, stopped);
  await knows(other, stopped);
  await knows(stopped, one, other);
  other.send(stopped.self, bytes("before"));
  await watched.until(`${other.self}:before`);
  gate.shut();
  for (const text of NUMBERS) one.send(stopped.self, kilobyte(text));
  // The engine has all of it.
  await one.publish("room", bytes(""), KEEP);
  gate.open();
  await watched.until(`joined:${one.self}`);
  one.send(stopped.self, bytes("end"));
  await watched.until(`${one.self}:end`);
  const events = trimmed(watched.events).filter((event) => !event.startsWith("joined:"))
    .concat(watched.events.filter((event) => event.startsWith("joined:")));
  const gone = events.indexOf(`left:${one.self}`);
  const sent = NUMBERS.map((text) => `${one.self}:${text}`);
  assert(gone > 10 && gone < 40, `it left behind ${gone}`);
  assertEquals(events.slice(0, gone + 2), [
    `${other.self}:before`,
    ...sent.slice(0, gone - 1),
    `left:${one.self}`,
    `${one.self}:end`,
  ]);
});

Deno.test("LocalEngine forgets the topic that nobody has listened to for the longest time", async () => {
  await using buses = new MemoryBuses({ maxIdle: 2 });
  const bus = buses.join();
  using heard = await Heard.to(bus, "listened");
  const first = new Map<string, string | undefined>();
  for (const topic of ["a", "b", "listened", "a", "c"]) {
    first.set(topic, (await bus.publish(topic, bytes("1"), KEEP))?.log);
  }
  assertEquals(buses.engine.figures.topics, 3);
  // "b" is forgotten: its numbers begin anew, in another log.
  const again = await bus.publish("b", bytes("2"), KEEP);
  assert(again?.log !== first.get("b"));
  assertEquals(again?.number, 1);
  // Which has made it three again: "a" was the oldest.
  assertEquals((await bus.publish("c", bytes("2"), KEEP))?.log, first.get("c"));
  assertEquals((await bus.publish("listened", bytes("2"), KEEP))?.log, first.get("listened"));
  assert((await bus.publish("a", bytes("2"), KEEP))?.log !== first.get("a"));
  assertEquals(heard.events, ["began", "1", "2"]);
  heard[Symbol.dispose]();
  // It is one that nobody listens to now.
  await bus.publish("a", bytes("3"), KEEP);
  assertEquals(buses.engine.figures.topics, 2);
});

Deno.test("LocalEngine keeps so many bytes in all, of the topics in which something was said last", async () => {
  await using buses = new MemoryBuses({ maxKept: 20_000, maxRecent: 0 });
  const bus = buses.join();
  const topics = ["a", "b", "c", "d", "e"];
  const listening = await Promise.all(topics.map((topic) => Heard.to(bus, topic)));
  for (const topic of [...topics, "b"]) {
    for (const text of ["1", "2", "3", "4"]) await bus.publish(topic, kilobyte(text), KEEP);
    assert(buses.engine.figures.bytes <= 20_000);
  }
  const kept = new Map<string, number>();
  for (const topic of topics) {
    using heard = await Heard.to(bus, topic, { last: 100 });
    kept.set(topic, heard.texts.length);
    assertEquals(heard.next?.number, topic === "b" ? 9 : 5);
  }
  assertEquals([...kept], [["a", 0], ["b", 4], ["c", 0], ["d", 4], ["e", 4]]);
  assertEquals(listening.map(({ texts }) => texts.length), [4, 8, 4, 4, 4]);
});

Deno.test("LocalEngine keeps nothing for those who only listen, beyond what is recent", async () => {
  await using buses = new MemoryBuses({ maxRecent: 5_000 });
  const bus = buses.join();
  using _heard = await Heard.to(bus, "room");
  for (const text of NUMBERS) await bus.publish("room", kilobyte(text), { count: 1, keep: 0 });
  assert(buses.engine.figures.bytes <= 5_000);
  using late = await Heard.to(bus, "room", { last: 100 });
  assertEquals(trimmed(late.texts), NUMBERS.slice(-3));
});

Deno.test("LocalEngine takes a server that comes again before it was seen to be gone", async () => {
  await using buses = new MemoryBuses();
  const [one, two] = [buses.join(), buses.join()];
  await knows(two, one);
  using watched = new Watched(two);
  using heard = await Heard.to(one, "room");
  const claim = await one.claim("name");
  const waiting = one.publish("room", bytes("a"), KEEP);
  // Without a word of the end of what was before.
  buses.mend(one);
  await watched.until(`joined:${one.self}`);
  assertEquals(watched.events, [`left:${one.self}`, `joined:${one.self}`]);
  assert(await waiting);
  await two.publish("room", bytes("b"), KEEP);
  await heard.until("b");
  assertEquals(heard.events, ["began", "a", "b"]);
  const next = await two.claim("name");
  assertEquals(next.peer, two.self);
  assert(next.fence > claim.fence);
});
