import { assertEquals } from "@std/assert";
import { Batch } from "../../lib/base/batch.ts";
import { Guest, say, Servers } from "./servers.ts";

const apart = (guest: Guest) => guest.until(() => guest.apartTimes > 0, "apart");

Deno.test("BusRoom goes on with those who are here while the engine is away, and nobody gets anything twice", async () => {
  await using servers = new Servers(2);
  const [ann, bob] = [new Guest("ann"), new Guest("bob")];
  servers.hub(0).room("hall").join(ann);
  servers.hub(1).room("hall").join(bob);
  say(servers.hub(0), "hall", "before");
  await Promise.all([ann.count(1), bob.count(1)]);
  servers.cut(0);
  await apart(ann);
  assertEquals(servers.hub(0).isAway, true);
  // At once, and not a turn later.
  say(servers.hub(0), "hall", "alone 1");
  say(servers.hub(0), "hall", "alone 2", "ann");
  assertEquals(ann.told, ["before", "alone 1"]);
  say(servers.hub(1), "hall", "others");
  await bob.count(2);
  servers.mend(0);
  await Promise.all([ann.count(3), bob.count(4)]);
  say(servers.hub(0), "hall", "after");
  await Promise.all([ann.count(4), bob.count(5)]);
  assertEquals(ann.told, ["before", "alone 1", "others", "after"]);
  assertEquals(bob.told, ["before", "others", "alone 1", "alone 2", "after"]);
});

Deno.test("BusRoom gives members at once what was on its way when the engine went", async () => {
  await using servers = new Servers(2);
  const [ann, bob] = [new Guest("ann"), new Guest("bob")];
  servers.hub(0).room("hall").join(ann);
  servers.hub(1).room("hall").join(bob);
  await servers.quiet();
  say(servers.hub(0), "hall", "1");
  servers.cut(0);
  await apart(ann);
  say(servers.hub(0), "hall", "2");
  assertEquals(ann.told, ["1", "2"]);
  servers.mend(0);
  assertEquals(await bob.count(2), ["1", "2"]);
  say(servers.hub(1), "hall", "3");
  assertEquals(await ann.count(3), ["1", "2", "3"]);
});

Deno.test("BusRoom lets nobody hear what waited for its beginning who is closed when the engine goes", async () => {
  await using servers = new Servers(1);
  const room = servers.hub(0).room("hall");
  const [stays, leaves] = [new Guest("stays"), new Guest("leaves")];
  leaves.apart = () => room.leave(leaves);
  for (const guest of [stays, leaves]) room.join(guest);
  say(servers.hub(0), "hall", "early");
  servers.cut(0);
  await apart(stays);
  assertEquals([stays.told, leaves.told, stays.apartTimes], [["early"], [], 1]);
});

Deno.test("BusRoom gives who comes while the engine is away what was said before it when that comes", async () => {
  await using servers = new Servers(2);
  for (const { hub } of servers.all) hub.space().keep(hub, 10);
  const [ann, bob] = [new Guest("ann"), new Guest("bob")];
  servers.hub(1).room("hall").join(bob, { last: 10 });
  say(servers.hub(1), "hall", "before");
  await bob.count(1);
  servers.cut(0);
  await servers.quiet();
  // A room that this server does not know yet.
  servers.hub(0).room("hall").join(ann, { last: 10 });
  assertEquals(ann.apartTimes, 1);
  say(servers.hub(0), "hall", "alone");
  assertEquals(ann.told, ["alone"]);
  const late = new Guest("late");
  servers.hub(0).room("hall").join(late, { last: 10 });
  say(servers.hub(0), "hall", "both");
  servers.mend(0);
  await Promise.all([ann.count(3), late.count(3), bob.count(3)]);
  say(servers.hub(1), "hall", "after");
  await Promise.all([ann.count(4), late.count(4), bob.count(4)]);
  assertEquals(ann.told, ["alone", "both", "before", "after"]);
  // It has missed the one, and not the other.
  assertEquals(late.told.toSorted(), ["after", "alone", "before", "both"]);
  assertEquals(bob.told, ["before", "alone", "both", "after"]);
});

Deno.test("BusRoom gives who joins a room that is alone what the others had, when it comes back", async () => {
  await using servers = new Servers(1);
  const [ann, late] = [new Guest("ann"), new Guest("late")];
  servers.hub(0).room("hall").join(ann);
  await servers.quiet();
  servers.cut(0);
  await apart(ann);
  say(servers.hub(0), "hall", "1");
  servers.hub(0).room("hall").join(late);
  say(servers.hub(0), "hall", "2");
  assertEquals([ann.told, late.told], [["1", "2"], ["2"]]);
  servers.mend(0);
  await late.count(2);
  say(servers.hub(0), "hall", "3");
  await Promise.all([ann.count(3), late.count(3)]);
  assertEquals([ann.told, late.told], [["1", "2", "3"], ["2", "1", "3"]]);
});

Deno.test("BusRoom tells whoever missed what is not kept any more", async () => {
  await using servers = new Servers(2);
  const [ann, bob] = [new Guest("ann"), new Guest("bob")];
  servers.hub(0).room("hall").join(ann);
  servers.hub(1).room("hall").join(bob);
  await servers.quiet();
  servers.cut(0);
  await apart(ann);
  // More than the engine keeps for who has to catch up.
  const large = new Uint8Array(1024 * 1024);
  for (let index = 0; index < 40; index++) {
    say(servers.hub(1), "hall", large);
    await bob.count(index + 1);
  }
  servers.mend(0);
  await ann.until(() => ann.missedCounts.length > 0, "told of what it misses");
  say(servers.hub(1), "hall", "end");
  await ann.until(() => ann.told.at(-1) === "end", "the end");
  assertEquals(ann.missedCounts.length, 1);
  const [missed = 0] = ann.missedCounts;
  assertEquals(missed + ann.told.length, 41);
  assertEquals(servers.hub(0).mishaps.lost, missed);
});

Deno.test("BusHub tells the others of what it could not tell them because too much waited", async () => {
  await using servers = new Servers(2);
  const [ann, bob] = [new Guest("ann"), new Guest("bob")];
  servers.hub(0).room("hall").join(ann);
  servers.hub(1).room("hall").join(bob);
  await servers.quiet();
  servers.cut(0);
  await apart(ann);
  const large = new Uint8Array(1024 * 1024);
  for (let index = 0; index < 40; index++) say(servers.hub(0), "hall", large);
  // Whoever is here has it all.
  assertEquals(ann.told.length, 40);
  await servers.quiet();
  const { unsaid } = servers.hub(0).mishaps;
  assertEquals(unsaid > 20, true);
  servers.mend(0);
  await bob.count(40 - unsaid);
  await bob.until(() => bob.missedCounts.length > 0, "told of what it misses");
  assertEquals(bob.missedCounts.reduce((sum: number, count) => sum + (count ?? 0), 0), unsaid);
});

Deno.test("BusHub holds back who publishes more than the bus takes, until it has", async () => {
  await using servers = new Servers(2);
  const ann = new Guest("ann");
  const room = servers.hub(0).room("hall");
  room.join(ann);
  await servers.quiet();
  const holds: Promise<void>[] = [];
  const by = { hold: (until: Promise<void>) => void holds.push(until) };
  const large = Batch.of(new Uint8Array(1024 * 1024));
  let said = 0;
  while (holds.length === 0 && said < 16) {
    room.publish(large, undefined, by);
    said++;
  }
  assertEquals([holds.length, said < 16], [1, true]);
  await holds[0];
  assertEquals(servers.bus(0).bufferedAmount <= 2 * 1024 * 1024, true);
  assertEquals((await ann.count(said)).length, said);
  assertEquals(servers.hub(0).mishaps.unsaid, 0);
});

Deno.test("BusHub holds back who publishes before its room has begun, in bounded memory", async () => {
  await using servers = new Servers(1);
  const ann = new Guest("ann");
  const room = servers.hub(0).room("hall");
  room.join(ann);
  const holds: Promise<void>[] = [];
  const by = { hold: (until: Promise<void>) => void holds.push(until) };
  for (let index = 0; index < 5; index++) {
    room.publish(Batch.of(new Uint8Array(1024 * 1024)), undefined, by);
  }
  assertEquals(holds.length, 1);
  await Promise.all(holds);
  assertEquals((await ann.count(5)).length, 5);
});
