import { assertEquals } from "@std/assert";
import { FakeTimers } from "../base/fake_timers.ts";
import { numbers } from "../support/numbers.ts";
import { Guest, say, Servers } from "./servers.ts";

const SERVERS = 3;

/** Everybody who is there, as a watcher knows it by what it was told. */
function known({ told }: Guest): string[] {
  const ids = new Set<string>();
  for (const text of told) {
    if (!String(text).startsWith("{")) continue;
    const { type, id } = JSON.parse(String(text));
    if (type === "join") ids.add(id);
    else ids.delete(id);
  }
  return [...ids].sort();
}

for (let seed = 1; seed <= 50; seed++) {
  Deno.test(`BusRoom knows who is there in the end, whoever comes, leaves or is cut off (${seed})`, async () => {
    using timers = new FakeTimers();
    const random = numbers(seed);
    const servers = new Servers(SERVERS);
    const watchers = Array.from({ length: SERVERS }, (_, index) => new Guest(`w${index}`));
    const there = new Map<string, { readonly guest: Guest; readonly at: number }>();
    const cut = new Set<number>();
    await timers.pass(10);
    for (const [index, guest] of watchers.entries()) {
      servers.hub(index).room("hall").join(guest, { watches: true });
      there.set(guest.id, { guest, at: index });
      await timers.pass(50);
    }
    for (let step = 0; step < 150; step++) {
      const at = random(SERVERS);
      const what = random(10);
      const [some] = [...there.values()].slice(SERVERS).slice(random(10));
      if (what < 4) {
        const guest = new Guest(`g${step}`);
        servers.hub(at).room("hall").join(guest, { watches: random(2) === 0 });
        there.set(guest.id, { guest, at });
      } else if (what < 7 && some) {
        servers.hub(some.at).room("hall").leave(some.guest);
        there.delete(some.guest.id);
      } else if (what === 7 && !cut.has(at)) {
        servers.cut(at);
        cut.add(at);
      } else if (what === 8 && cut.delete(at)) servers.mend(at);
      else say(servers.hub(at), "hall", `m${step}`);
      await timers.pass(random(3) * 15);
    }
    for (const at of cut) servers.mend(at);
    await timers.pass(3_000);
    const sizes = servers.all.map(({ hub }) => hub.room("hall").size);
    assertEquals(sizes, new Array(SERVERS).fill(there.size));
    const ids = [...there.keys()].sort();
    for (const watcher of watchers) {
      // Who was there before it, it is not told of.
      const before = watchers.slice(0, watchers.indexOf(watcher)).map(({ id }) => id);
      assertEquals([...new Set([...known(watcher), ...before])].sort(), ids, watcher.id);
    }
    // And from now on all hear the same.
    for (const [index, { hub }] of servers.all.entries()) say(hub, "hall", `end ${index}`);
    await timers.pass(100);
    for (const { guest } of there.values()) {
      const ends = guest.told.filter((text) => String(text).startsWith("end"));
      assertEquals(ends.length, SERVERS, guest.id);
      const said = guest.told.filter((text) => !String(text).startsWith("{"));
      assertEquals(new Set(said).size, said.length, `${guest.id} twice`);
    }
    await servers[Symbol.asyncDispose]();
  });
}
