import { assertEquals } from "@std/assert";
import { Batch } from "../../lib/base/batch.ts";
import { parseMark } from "../../lib/base/mark.ts";
import { Guest, say, Servers } from "./servers.ts";

Deno.test("BusRoom.publish() reaches members of all servers, in the same order and with the same numbers", async () => {
  await using servers = new Servers(4);
  const hubs = servers.all.map(({ hub }) => hub);
  for (const hub of hubs) hub.space().keep(hub, 10);
  const guests = hubs.map((hub, index) => {
    const guest = new Guest(`guest-${index}`);
    hub.room("hall").join(guest, { last: 10 });
    return guest;
  });
  for (let round = 0; round < 25; round++) {
    hubs.forEach((hub, index) => say(hub, "hall", `${index}.${round}`));
    if (round % 5 === 0) await Promise.resolve();
  }
  const [first = [], ...others] = await Promise.all(guests.map((guest) => guest.count(100)));
  for (const other of others) assertEquals(other, first);
  assertEquals(new Set(first).size, 100);
  for (let index = 0; index < 4; index++) {
    const own = first.filter((message) => String(message).startsWith(`${index}.`));
    assertEquals(own, Array.from({ length: 25 }, (_, round) => `${index}.${round}`));
  }
  const [log] = guests[0]?.marks[0]?.split(".") ?? [];
  for (const { marks } of guests) assertEquals(marks, range(1, 100).map((at) => `${log}.${at}`));
});

Deno.test("BusRoom.publish() frames a batch once for all members of a server", async () => {
  await using servers = new Servers(2);
  const frames: Uint8Array[] = [];
  const arrived = Promise.withResolvers<void>();
  for (const id of ["1", "2"]) {
    servers.hub(1).room("hall").join({
      id,
      deliver(batch) {
        if (frames.push(batch.frames) === 2) arrived.resolve();
      },
      replay() {},
    });
  }
  await servers.quiet();
  const bytes = new TextEncoder().encode("a|b");
  servers.hub(0).room("hall").publish(new Batch(true, bytes, [0, 1, 2, 3]));
  // It is borrowed.
  bytes.fill(0);
  await arrived.promise;
  assertEquals(frames[0], Uint8Array.of(0x82, 1, 97, 0x82, 1, 98));
  assertEquals(frames[0] === frames[1], true);
});

Deno.test("BusRoom.publish() leaves out ids, at whichever server they are", async () => {
  await using servers = new Servers(2);
  const [ann, bob] = [new Guest("ann"), new Guest("bob")];
  servers.hub(0).room("hall").join(ann);
  servers.hub(1).room("hall").join(bob);
  say(servers.hub(0), "hall", "to bob", "ann");
  say(servers.hub(0), "hall", "to ann", "bob");
  say(servers.hub(1), "hall", "to both", "nobody");
  await Promise.all([ann.count(2), bob.count(2)]);
  assertEquals([ann.told.toSorted(), bob.told.toSorted()], [
    ["to ann", "to both"],
    ["to bob", "to both"],
  ]);
});

Deno.test("BusRoom.publish() sends to the members of the room alone, and of the space", async () => {
  await using servers = new Servers(2);
  const guests = ["1", "2", "3", "4"].map((id) => new Guest(id));
  const [one, two, three, four] = guests as [Guest, Guest, Guest, Guest];
  servers.hub(1).room("a").join(one);
  servers.hub(1).room("b").join(two);
  servers.hub(1).space("a").room("a").join(three);
  servers.hub(1).space("a/a").room("").join(four);
  await servers.quiet();
  for (const each of ["a", "b"]) say(servers.hub(0), each, `in ${each}`);
  servers.hub(0).space("a").room("a").publish(Batch.of("in a of a"));
  servers.hub(0).space("a/a").room("").publish(Batch.of("in a/a"));
  await Promise.all(guests.map((guest) => guest.count(1)));
  assertEquals(guests.map(({ told }) => told), [["in a"], ["in b"], ["in a of a"], ["in a/a"]]);
});

Deno.test("BusRoom.join() brings what was said before it, from whichever server, and then what is said", async () => {
  await using servers = new Servers(2);
  for (const { hub } of servers.all) hub.space().keep(hub, 3);
  const first = new Guest("first");
  servers.hub(0).room("hall").join(first);
  for (const message of ["1", "2", "3", "4", "5"]) say(servers.hub(0), "hall", message);
  await first.count(5);
  const [late, later, back] = [new Guest("late"), new Guest("later"), new Guest("back")];
  servers.hub(1).room("hall").join(late, { last: 3 });
  // At once: it comes back behind what was before it.
  say(servers.hub(1), "hall", "6");
  assertEquals(await late.count(4), ["3", "4", "5", "6"]);
  // From the copy of this server.
  servers.hub(1).room("hall").join(later, { last: 3 });
  assertEquals(later.told, ["4", "5", "6"]);
  // It comes back to another server than it was at.
  servers.hub(1).room("hall").join(back, { last: 3, seen: parseMark(first.marks[4] ?? "") });
  assertEquals(back.told, ["6"]);
});

Deno.test("BusRoom.join() with a mark of a log that is none of it brings all", async () => {
  await using servers = new Servers(1);
  const hub = servers.hub(0);
  hub.space().keep(hub, 3);
  say(hub, "hall", "1");
  const guest = new Guest("guest");
  hub.room("hall").join(guest, { last: 3, seen: { log: "other", number: 1 } });
  assertEquals(await guest.count(1), ["1"]);
});

Deno.test("BusRoom.publish() into a room that nobody is in at this server reaches others, and is kept", async () => {
  await using servers = new Servers(3);
  for (const { hub } of servers.all) hub.space().keep(hub, 3);
  const there = new Guest("there");
  servers.hub(0).room("hall").join(there);
  say(servers.hub(1), "hall", "posted");
  await there.count(1);
  const later = new Guest("later");
  servers.hub(2).room("hall").join(later, { last: 3 });
  assertEquals(await later.count(1), ["posted"]);
  assertEquals(servers.hub(1).space().has("hall"), false);
});

Deno.test("BusRoom.publish() returns how many get it, at all servers that have told of theirs", async () => {
  await using servers = new Servers(2);
  const guests = ["1", "2", "3"].map((id) => new Guest(id));
  const watcher = new Guest("watcher");
  servers.hub(0).room("hall").join(watcher, { watches: true });
  guests.forEach((guest, index) => servers.hub(index % 2).room("hall").join(guest));
  // Each is told to the watcher, when it is known.
  await watcher.count(4);
  assertEquals(say(servers.hub(0), "hall", "x"), 4);
  assertEquals(say(servers.hub(0), "hall", "x", "1", "nobody"), 3);
  assertEquals(servers.hub(0).room("hall").size, 4);
});

Deno.test("BusRoom is listened to no more a while after the last has left, and again when somebody comes", async () => {
  await using servers = new Servers(2);
  const [one, two] = [new Guest("one"), new Guest("two")];
  const room = servers.hub(0).room("hall");
  room.join(one);
  say(servers.hub(0), "hall", "x");
  await one.count(1);
  room.leave(one);
  assertEquals(servers.hub(0).space().has("hall"), true);
  room.join(two);
  say(servers.hub(1), "hall", "y");
  assertEquals(await two.count(1), ["y"]);
  assertEquals(one.told, ["x"]);
});

Deno.test("BusRoom ignores what no server writes, and counts it", async () => {
  await using servers = new Servers(2);
  const hub = servers.hub(0);
  hub.space().keep(hub, 10);
  const guest = new Guest("guest");
  const room = hub.room("hall");
  room.join(guest, { last: 10 });
  await servers.quiet();
  const stranger = servers.bus(1);
  const terms = { count: 1, keep: 10 };
  await stranger.publish(room.topic, new TextEncoder().encode("hello"), terms);
  await stranger.publish(
    room.topic,
    Uint8Array.of(1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 9, 65),
    terms,
  );
  // Right but for the number of its messages.
  const right = Uint8Array.of(1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 65);
  await stranger.publish(room.topic, right.slice(), { count: 2, keep: 10 });
  stranger.cast(room.topic, new TextEncoder().encode("\x03[]"));
  await stranger.publish(room.topic, right, terms);
  assertEquals(await guest.count(1), ["A"]);
  assertEquals(hub.mishaps.foreign, 4);
  assertEquals(servers.meter.noted, new Array(4).fill("strayed foreign 1"));
  const later = new Guest("later");
  room.join(later, { last: 10 });
  assertEquals(later.told, ["A"]);
});

Deno.test("BusRoom.publish() divides what is too much for one envelope, and says what cannot be told", async () => {
  await using servers = new Servers(2);
  const guest = new Guest("guest");
  const room = servers.hub(1).room("hall");
  room.join(guest);
  await servers.quiet();
  const size = 70_000;
  servers.hub(0).room("hall").publish(
    new Batch(
      true,
      new Uint8Array(size),
      Array.from({ length: 2 * size }, (_, at) => (at + 1) >> 1),
    ),
  );
  await guest.count(size);
  servers.hub(0).room("hall").publish(Batch.of(new Uint8Array(17 * 1024 * 1024)));
  assertEquals(servers.hub(0).mishaps.unsaid, 1);
  await guest.until(() => guest.missedCounts.length > 0, "told of what it misses");
  assertEquals(guest.missedCounts, [1]);
});

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
