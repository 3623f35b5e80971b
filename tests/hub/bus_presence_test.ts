import { assertEquals } from "@std/assert";
import { Guest, say, Servers } from "./servers.ts";

/** Notices as the client reads them. */
const notices = ({ told }: Guest) =>
  told.map((text) => {
    const { type, id, room, members } = JSON.parse(String(text));
    return `${type} ${id} ${room} ${members}`;
  });

Deno.test("BusRoom tells watchers of who joins and leaves at any server, with the number of all", async () => {
  await using servers = new Servers(3);
  const [ann, bob, cyd] = [new Guest("ann"), new Guest("bob"), new Guest("cyd")];
  const room = (index: number) => servers.hub(index).room("hall");
  room(0).join(ann, { watches: true });
  await ann.count(1);
  room(1).join(bob, { watches: true });
  await Promise.all([ann.count(2), bob.count(1)]);
  // Who is not told itself is told of as well.
  room(2).join(cyd);
  await Promise.all([ann.count(3), bob.count(2)]);
  room(1).leave(bob);
  await ann.count(4);
  room(2).leave(cyd);
  await ann.count(5);
  assertEquals(notices(ann), [
    "join ann hall 1",
    "join bob hall 2",
    "join cyd hall 3",
    "leave bob hall 2",
    "leave cyd hall 1",
  ]);
  assertEquals(notices(bob), ["join bob hall 2", "join cyd hall 3"]);
});

Deno.test("BusRoom tells each watcher of itself first, also of those who come at once", async () => {
  await using servers = new Servers(3);
  await servers.quiet();
  const guests = Array.from({ length: 9 }, (_, index) => new Guest(`g${index}`));
  guests.forEach((guest, index) =>
    servers.hub(index % 3).room("hall").join(guest, { watches: true })
  );
  await Promise.all(guests.map((guest) => guest.count(1)));
  await guests[0]?.until(
    () => notices(guests[0] as Guest).at(-1)?.endsWith(" 9") ?? false,
    "told of all",
  );
  for (const guest of guests) {
    assertEquals(notices(guest)[0]?.split(" ").slice(0, 2), ["join", guest.id]);
  }
});

Deno.test("BusRoom tells of all who come at once, one after the other", async () => {
  await using servers = new Servers(2);
  const watcher = new Guest("watcher");
  servers.hub(0).room("hall").join(watcher, { watches: true });
  await watcher.count(1);
  const guests = Array.from({ length: 2_500 }, (_, index) => new Guest(`g${index}`));
  for (const guest of guests) servers.hub(1).room("hall").join(guest);
  for (const guest of guests.slice(1)) servers.hub(1).room("hall").leave(guest);
  await watcher.count(1 + 2_500 + 2_499);
  const told = notices(watcher);
  assertEquals([told[1], told[2_500], told[2_501], told.at(-1)], [
    "join g0 hall 2",
    "join g2499 hall 2501",
    "leave g1 hall 2500",
    "leave g2499 hall 2",
  ]);
});

Deno.test("BusRoom tells a watcher that comes later how many are there, and who of them leaves", async () => {
  await using servers = new Servers(2);
  for (const id of ["1", "2", "3"]) servers.hub(1).room("hall").join(new Guest(id));
  await servers.quiet();
  const watcher = new Guest("watcher");
  servers.hub(0).room("hall").join(watcher, { watches: true });
  await watcher.count(1);
  servers.hub(1).room("hall").leave({ id: "2" });
  await watcher.count(2);
  assertEquals(notices(watcher), ["join watcher hall 4", "leave 2 hall 3"]);
});

Deno.test("BusRoom tells watchers that those of a server have left which is gone", async () => {
  await using servers = new Servers(3);
  const watcher = new Guest("watcher");
  servers.hub(0).room("hall").join(watcher, { watches: true });
  await watcher.count(1);
  for (const [index, id] of ["a", "b", "c"].entries()) {
    servers.hub(1 + index % 2).room("hall").join(new Guest(id));
    await watcher.count(2 + index);
  }
  servers.cut(1);
  await watcher.count(6);
  assertEquals(notices(watcher).slice(4), ["leave a hall 3", "leave c hall 2"]);
  // It was not gone after all.
  servers.mend(1);
  await watcher.count(8);
  assertEquals(notices(watcher).slice(6), ["join a hall 3", "join c hall 4"]);
  assertEquals(servers.all.map(({ hub }) => hub.room("hall").size), [4, 4, 4]);
});

Deno.test("BusRoom that was cut off tells its watchers who has left, and who is there when it is back", async () => {
  await using servers = new Servers(2);
  const [ann, bob] = [new Guest("ann"), new Guest("bob")];
  servers.hub(0).room("hall").join(ann, { watches: true });
  servers.hub(1).room("hall").join(bob, { watches: true });
  await Promise.all([ann.count(2), bob.count(1)]);
  servers.cut(0);
  await ann.until(() => ann.apartTimes > 0, "apart");
  await bob.count(2);
  // Each side goes on by itself.
  servers.hub(0).room("hall").join(new Guest("cyd"));
  servers.hub(1).room("hall").join(new Guest("dan"));
  await bob.count(3);
  servers.mend(0);
  await bob.until(() => bob.told.some((text) => String(text).includes("cyd")), "told of cyd");
  await ann.until(() => ann.told.some((text) => String(text).includes("dan")), "told of dan");
  await servers.quiet();
  assertEquals(servers.all.map(({ hub }) => hub.room("hall").size), [4, 4]);
  assertEquals(notices(bob).at(-1)?.split(" ").at(-1), "4");
  assertEquals(notices(ann).at(-1)?.split(" ").at(-1), "4");
});

Deno.test("BusRoom says who has joined before it says what they say", async () => {
  await using servers = new Servers(2);
  const watcher = new Guest("watcher");
  servers.hub(0).room("hall").join(watcher, { watches: true });
  await watcher.count(1);
  servers.hub(1).room("hall").join(new Guest("first"));
  await watcher.count(2);
  servers.hub(1).room("hall").join(new Guest("ann"));
  say(servers.hub(1), "hall", "hello");
  assertEquals((await watcher.count(4)).slice(2).map((text) => String(text).slice(0, 14)), [
    '{"type":"join"',
    "hello",
  ]);
});

Deno.test("BusRoom does not believe what comes late, nor what is none", async () => {
  await using servers = new Servers(2);
  const watcher = new Guest("watcher");
  const room = servers.hub(0).room("hall");
  room.join(watcher, { watches: true });
  await watcher.count(1);
  const words = { version: 9, members: 5, watched: false, asks: false, changes: [] };
  room.hear(words, "server");
  assertEquals(room.size, 6);
  room.hear({ ...words, version: 8, members: 2 }, "server");
  assertEquals(room.size, 6);
  room.hear({ ...words, version: 10, members: 1 }, "server");
  assertEquals(room.size, 2);
});
