import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { BusError } from "../../../lib/base/errors.ts";
import { MAX_BUS_QUEUE } from "../../../lib/base/limits.ts";
import type { Bus } from "../../../lib/bus/bus.ts";
import { aborted, bytes, Heard, knows, Watched } from "./heard.ts";
import { whileThere } from "./while_there.ts";

/** One engine, which servers join. */
export interface BusSite extends AsyncDisposable {
  /** Another server, whose bus the site disposes at its end, where nobody did. */
  join(): Promise<Bus>;
  /** The engine cannot be reached by that server any more. What was under way may be lost. */
  cut(bus: Bus): Promise<void>;
  /** It can be reached again. */
  mend(bus: Bus): Promise<void>;
}

const KEEP = { count: 1, keep: 1_000 };

/**
 * Tests what every bus MUST do: for each driver, with its real engine.
 *
 * @param driver Its name, for the names of the tests.
 * @param open Makes a site with an engine that knows nothing yet.
 */
export function testBus(driver: string, open: () => Promise<BusSite>): void {
  const test = (name: string, run: (site: BusSite) => Promise<void>) =>
    Deno.test(`[${driver}] ${name}`, async () => {
      await using site = await open();
      await run(site);
    });

  test("Bus.self is another name for each server, which says nothing of it", async (site) => {
    const [one, two] = [await site.join(), await site.join()];
    for (const { self } of [one, two]) assertMatch(self, /^[a-z0-9]{16}$/);
    assertNotEquals(one.self, two.self);
    assertEquals([one.isAway, two.isAway], [false, false]);
  });

  test("Bus.publish() is brought to everybody, and this server, with its place", async (site) => {
    const [one, two] = [await site.join(), await site.join()];
    using here = await Heard.to(one, "room");
    using there = await Heard.to(two, "room");
    const marks = [
      await one.publish("room", bytes("a"), { count: 3, keep: 0 }),
      await two.publish("room", bytes("b"), { count: 1, keep: 0 }),
      await one.publish("room", bytes("c"), { count: 1, keep: 0 }),
    ];
    for (const heard of [here, there]) {
      await heard.untilCount(3);
      assertEquals(heard.events, ["began", "a", "b", "c"]);
      assertEquals(heard.entries.map(({ mark }) => mark), marks);
      assertEquals(heard.entries.map(({ count }) => count), [3, 1, 1]);
      assertEquals(heard.entries.map(({ from }) => from), [one.self, two.self, one.self]);
      assertEquals(heard.next, marks[0]);
    }
    const first = marks[0]?.number ?? 0;
    assertEquals(marks.map((mark) => mark?.number), [first, first + 3, first + 4]);
    assertMatch(marks[0]?.log ?? "", /^[a-z0-9]{1,16}$/);
    assertEquals(new Set(marks.map((mark) => mark?.log)).size, 1);
  });

  test("Bus.publish() of several at once has one order for all, each in its own", async (site) => {
    const buses = await Promise.all([site.join(), site.join(), site.join()]);
    const heard = await Promise.all(buses.map((bus) => Heard.to(bus, "room")));
    const count = 200;
    await Promise.all(buses.map(async (bus, who) => {
      const placed = [];
      for (let at = 0; at < count; at++) {
        placed.push(bus.publish("room", bytes(`${who}:${at}`), KEEP));
        // Some one behind the other, and some at once.
        if (at % 20 === 19) await placed.at(-1);
      }
      assertEquals((await Promise.all(placed)).filter((mark) => !mark), []);
    }));
    for (const one of heard) {
      await one.untilCount(buses.length * count);
      assertEquals(one.texts, heard[0]?.texts);
    }
    for (const who of buses.keys()) {
      const own = heard[0]?.texts.filter((text) => text.startsWith(`${who}:`));
      assertEquals(own, Array.from({ length: count }, (_, at) => `${who}:${at}`));
    }
  });

  test("Bus.publish() leaves bytes as they are", async (site) => {
    const [one, two] = [await site.join(), await site.join()];
    using heard = await Heard.to(two, "room");
    const payloads = [
      new Uint8Array(),
      Uint8Array.from({ length: 256 }, (_, at) => at),
      bytes("\r\n$-1\r\n"),
      Uint8Array.from({ length: 3_000_000 }, (_, at) => at % 251),
      bytes("after"),
    ];
    for (const payload of payloads) void one.publish("room", payload.slice(), KEEP);
    await heard.untilCount(payloads.length);
    for (const [at, payload] of payloads.entries()) {
      const got = heard.entries[at]?.payload ?? bytes("none");
      assertEquals(got.length, payload.length);
      assert(got.every((byte, index) => byte === payload[index]), `payload ${at}`);
    }
  });

  test("Bus.publish() on a topic is told to nobody of another", async (site) => {
    const [one, two] = [await site.join(), await site.join()];
    const topics = ["room", "Room", "room ", "", "a:b{c}*?[d]", "é€😀\0\n", "x".repeat(512)];
    const heard = await Promise.all(topics.map((topic) => Heard.to(two, topic)));
    await Promise.all(topics.map((topic) => one.publish(topic, bytes(`in ${topic}`), KEEP)));
    for (const [at, topic] of topics.entries()) {
      await heard[at]?.untilCount(1);
      assertEquals(heard[at]?.events, ["began", `in ${topic}`]);
    }
  });

  test("Bus.subscribe() begins with the last messages where somebody wants them", async (site) => {
    const [one, two] = [await site.join(), await site.join()];
    for (const text of ["a", "b", "c", "d"]) await one.publish("room", bytes(text), KEEP);
    using none = await Heard.to(two, "room");
    using some = await Heard.to(two, "room", { last: 2 });
    using all = await Heard.to(one, "room", { last: 100 });
    assertEquals([none.texts, some.texts, all.texts], [[], ["c", "d"], ["a", "b", "c", "d"]]);
    const mark = await one.publish("room", bytes("e"), KEEP);
    for (const heard of [none, some, all]) {
      await heard.until("e");
      assertEquals(heard.events, ["began", "e"]);
      assertEquals(heard.next, mark);
    }
  });

  test("Bus.subscribe() begins behind the message that somebody has already", async (site) => {
    const [one, two] = [await site.join(), await site.join()];
    const marks = [];
    for (const text of ["a", "b", "c"]) marks.push(await one.publish("room", bytes(text), KEEP));
    const [a, , c] = marks;
    assert(a && c);
    const past = async (after: { log: string; number: number }, last: number) => {
      using heard = await Heard.to(two, "room", { last, after });
      return heard.texts;
    };
    assertEquals(await past(a, 100), ["b", "c"]);
    assertEquals(await past(a, 1), ["c"]);
    assertEquals(await past(c, 100), []);
    assertEquals(await past({ log: "another", number: 2 }, 100), ["a", "b", "c"]);
    assertEquals(await past({ log: c.log, number: c.number + 5 }, 100), []);
  });

  test("Bus.subscribe() brings an entry of several messages as a whole", async (site) => {
    const bus = await site.join();
    await bus.publish("room", bytes("three"), { count: 3, keep: 10 });
    const mark = await bus.publish("room", bytes("two"), { count: 2, keep: 10 });
    assert(mark);
    using last = await Heard.to(bus, "room", { last: 3 });
    assertEquals(last.texts, ["three", "two"]);
    using after = await Heard.to(bus, "room", { last: 10, after: mark });
    assertEquals(after.texts, ["two"]);
    assertEquals(after.entries[0]?.mark, mark);
    assertEquals(after.next, { log: mark.log, number: mark.number + 2 });
  });

  test("Bus.subscribe() has at least so many messages as were to be kept", async (site) => {
    const [one, two] = [await site.join(), await site.join()];
    const texts = Array.from({ length: 300 }, (_, at) => String(at));
    await Promise.all(
      texts.map((text) => one.publish("room", bytes(text), { count: 1, keep: 50 })),
    );
    using heard = await Heard.to(two, "room", { last: 50 });
    assertEquals(heard.texts, texts.slice(-50));
  });

  test("Bus.subscribe() loses nothing and has nothing twice while others speak", async (site) => {
    const [one, two] = [await site.join(), await site.join()];
    const texts = Array.from({ length: 500 }, (_, at) => String(at));
    const heard: Heard[] = [];
    for (const text of texts) {
      const placed = one.publish("room", bytes(text), KEEP);
      if (Number(text) % 50 === 0) heard.push(Heard.soon(two, "room", { last: 1_000 }));
      if (Number(text) % 25 === 0) await placed;
    }
    for (const each of heard) {
      await each.untilCount(texts.length);
      assertEquals(each.texts, texts);
      assertEquals(each.events[0], "began");
    }
  });

  test("Bus.subscribe() ends for one who is disposed, and goes on for others", async (site) => {
    const [one, two] = [await site.join(), await site.join()];
    using stays = await Heard.to(two, "room");
    const leaves = await Heard.to(two, "room");
    leaves[Symbol.dispose]();
    leaves[Symbol.dispose]();
    Heard.soon(two, "room")[Symbol.dispose]();
    await one.publish("room", bytes("a"), KEEP);
    await stays.until("a");
    assertEquals(leaves.events, ["began"]);
    stays[Symbol.dispose]();
    using again = await Heard.to(two, "room", { last: 10 });
    await one.publish("room", bytes("b"), KEEP);
    await again.until("b");
    assertEquals([stays.events, again.texts], [["began", "a"], ["a", "b"]]);
  });

  test("Bus.cast() is brought to all others, in order with what is published", async (site) => {
    const [one, two, three] = [await site.join(), await site.join(), await site.join()];
    const events = await whileThere([one, two, three], async (room) => {
      using here = await Heard.to(one, room);
      using there = await Heard.to(two, room);
      using other = await Heard.to(three, room);
      one.cast("nobody", bytes("?"));
      void one.publish(room, bytes("a"), KEEP);
      one.cast(room, bytes("b"));
      one.cast(room, bytes("c"));
      await one.publish(room, bytes("d"), KEEP);
      await Promise.all([here, there, other].map((heard) => heard.until("d")));
      using late = await Heard.to(two, room, { last: 10 });
      return [here.events, there.events, other.events, late.texts];
    });
    const others = ["began", "a", "cast:b", "cast:c", "d"];
    assertEquals(events, [["began", "a", "d"], others, others, ["a", "d"]]);
  });

  test("Bus.cast() is brought once a server's subscriber, whoever else listens there", async (site) => {
    const [one, two] = [await site.join(), await site.join()];
    const events = await whileThere([one, two], async (room) => {
      using first = await Heard.to(two, room);
      using second = await Heard.to(two, room);
      // Without a subscription of its own.
      one.cast(room, bytes("a"));
      await one.publish(room, bytes("end"), KEEP);
      await Promise.all([first, second].map((heard) => heard.until("end")));
      return [first.events, second.events];
    });
    const each = ["began", "cast:a", "end"];
    assertEquals(events, [each, each]);
  });

  test("Bus.peers are the others, who come and leave", async (site) => {
    const one = await site.join();
    using watched = new Watched(one);
    const two = await site.join();
    await watched.until(`joined:${two.self}`);
    await knows(two, one);
    assertEquals([[...one.peers], [...two.peers]], [[two.self], [one.self]]);
    await two[Symbol.asyncDispose]();
    await watched.until(`left:${two.self}`);
    assertEquals(one.peers.size, 0);
    assertEquals(watched.events, [`joined:${two.self}`, `left:${two.self}`]);
  });

  test("Bus.send() drops what is for a peer that has just left, and nothing else", async (site) => {
    const [one, two, three] = [await site.join(), await site.join(), await site.join()];
    using watched = new Watched(three);
    await knows(one, two, three);
    const left = two[Symbol.asyncDispose]();
    // It is not said yet.
    for (let count = 0; count < 100; count++) {
      one.send(two.self, bytes("late"));
      await Promise.resolve();
    }
    await left;
    one.send(three.self, bytes("hello"));
    await watched.until(`${one.self}:hello`);
  });

  test("Bus.send() is brought to one peer, in order", async (site) => {
    const [one, two, three] = [await site.join(), await site.join(), await site.join()];
    using watched = new Watched(two);
    using other = new Watched(three);
    await knows(one, two, three);
    const texts = Array.from({ length: 300 }, (_, at) => `${one.self}:${at}`);
    one.send("0".repeat(16), bytes("nobody"));
    for (const at of texts.keys()) one.send(two.self, bytes(String(at)));
    one.send(three.self, bytes("end"));
    await watched.until(`${one.self}:299`);
    await other.until(`${one.self}:end`);
    const received = (events: readonly string[]) =>
      events.filter((event) => event.startsWith(one.self));
    assertEquals(received(watched.events), texts);
    assertEquals(received(other.events), [`${one.self}:end`]);
  });

  test("Bus.claim() gives a name to one server at a time, with a number that rises", async (site) => {
    const buses = await Promise.all([site.join(), site.join(), site.join()]);
    let before = 0;
    for (let round = 0; round < 3; round++) {
      const claims = await Promise.all(buses.map((bus) => bus.claim("route /top")));
      const [holder] = new Set(claims.map(({ peer }) => peer));
      assertEquals(claims.map(({ peer }) => peer), buses.map(() => holder ?? ""));
      const [fence = 0] = new Set(claims.map(({ fence }) => fence));
      assertEquals(claims.map((claim) => claim.fence), buses.map(() => fence));
      assert(fence > before, `${fence} follows ${before}`);
      before = fence;
      const own = claims[buses.findIndex(({ self }) => self === holder)];
      own?.[Symbol.dispose]();
      own?.[Symbol.dispose]();
      await Promise.all(claims.map(({ over }) => aborted(over)));
    }
  });

  test("Bus.claim() of another name is somebody else's matter", async (site) => {
    const [one, two] = [await site.join(), await site.join()];
    const a = await one.claim("a");
    const b = await two.claim("b");
    assertEquals([a.peer, b.peer], [one.self, two.self]);
    const seen = await two.claim("a");
    // It only forgets it.
    seen[Symbol.dispose]();
    assertEquals((await two.claim("a")).peer, one.self);
    assertEquals([a.over.aborted, b.over.aborted], [false, false]);
  });

  test("Bus.claim() gives a name to another when its holder has gone", async (site) => {
    const [one, two] = [await site.join(), await site.join()];
    const first = await one.claim("a");
    const seen = await two.claim("a");
    assertEquals(seen.peer, one.self);
    await one[Symbol.asyncDispose]();
    await aborted(seen.over);
    const next = await two.claim("a");
    assertEquals(next.peer, two.self);
    assert(next.fence > first.fence);
    assert(first.over.aborted);
  });

  test("Bus is away where the engine cannot be reached, and catches up when it can", async (site) => {
    const [one, two] = [await site.join(), await site.join()];
    using here = await Heard.to(one, "room");
    using there = await Heard.to(two, "room");
    using watched = new Watched(one);
    await one.publish("room", bytes("before"), KEEP);
    await site.cut(one);
    await watched.until("away");
    assert(one.isAway);
    const waiting = [1, 2, 3].map((at) => one.publish("room", bytes(`waits ${at}`), KEEP));
    assert(one.bufferedAmount > 0);
    one.cast("room", bytes("dropped"));
    for (const at of [1, 2, 3]) await two.publish("room", bytes(`meanwhile ${at}`), KEEP);
    await site.mend(one);
    await watched.until("back");
    const marks = await Promise.all(waiting);
    assertEquals(one.isAway, false);
    const texts = [
      "before",
      ...[1, 2, 3].map((at) => `meanwhile ${at}`),
      ...[1, 2, 3].map((at) => `waits ${at}`),
    ];
    for (const heard of [here, there]) {
      await heard.untilCount(texts.length);
      assertEquals(heard.events, ["began", ...texts]);
    }
    assertEquals(here.entries.slice(-3).map(({ mark }) => mark), marks);
    await one.drained(0);
    assertEquals(one.bufferedAmount, 0);
  });

  test("Bus.publish() under way when the engine goes away is taken once", async (site) => {
    const [one, two] = [await site.join(), await site.join()];
    using heard = await Heard.to(two, "room");
    using watched = new Watched(one);
    const texts = Array.from({ length: 500 }, (_, at) => String(at));
    const placed = texts.slice(0, 250).map((text) => one.publish("room", bytes(text), KEEP));
    // Some have arrived by now, and the answers to others have not.
    await placed[20];
    await site.cut(one);
    await watched.until("away");
    placed.push(...texts.slice(250).map((text) => one.publish("room", bytes(text), KEEP)));
    await site.mend(one);
    assertEquals((await Promise.all(placed)).filter((mark) => !mark), []);
    await heard.untilCount(texts.length);
    assertEquals(heard.texts, texts);
  });

  test("Bus.subscribe() while the engine is away begins when it is back", async (site) => {
    const [one, two] = [await site.join(), await site.join()];
    await two.publish("room", bytes("a"), KEEP);
    using watched = new Watched(one);
    await site.cut(one);
    await watched.until("away");
    using heard = Heard.soon(one, "room", { last: 10 });
    assertEquals(heard.events, []);
    await site.mend(one);
    await heard.until("began");
    assertEquals(heard.texts, ["a"]);
    await two.publish("room", bytes("b"), KEEP);
    await heard.until("b");
    assertEquals(heard.events, ["began", "b"]);
  });

  test("Bus.publish() drops what is too much while the engine is away", async (site) => {
    const [one, two] = [await site.join(), await site.join()];
    using heard = await Heard.to(two, "room");
    using watched = new Watched(one);
    await site.cut(one);
    await watched.until("away");
    const large = Math.floor(MAX_BUS_QUEUE / 4);
    const fits = [1, 2, 3].map(() => one.publish("room", new Uint8Array(large), KEEP));
    assertEquals(await one.publish("room", new Uint8Array(2 * large), KEEP), undefined);
    fits.push(one.publish("room", bytes("end"), KEEP));
    assert(one.bufferedAmount > 3 * large);
    assert(one.bufferedAmount <= MAX_BUS_QUEUE);
    await site.mend(one);
    assertEquals((await Promise.all(fits)).filter((mark) => !mark), []);
    await heard.until("end");
    assertEquals(heard.entries.map(({ payload }) => payload.length), [large, large, large, 3]);
  });

  test("Bus knows others again after the engine was away, and they know it", async (site) => {
    const [one, two] = [await site.join(), await site.join()];
    await knows(one, two);
    await knows(two, one);
    using here = new Watched(one);
    await site.cut(one);
    await here.until("away");
    // At once, or when nobody can know any more.
    await here.until(`left:${two.self}`);
    assertEquals(one.peers.size, 0);
    await site.mend(one);
    await here.until("back");
    await knows(one, two);
    await knows(two, one);
    using there = new Watched(two);
    one.send(two.self, bytes("hello"));
    await there.until(`${one.self}:hello`);
  });

  test("Claim.over aborts where the engine cannot be reached, and another gets the name", async (site) => {
    const [one, two] = [await site.join(), await site.join()];
    const first = await one.claim("a");
    await site.cut(one);
    await aborted(first.over);
    let claim = await two.claim("a");
    while (claim.peer !== two.self) {
      await aborted(claim.over);
      claim = await two.claim("a");
    }
    assert(claim.fence > first.fence);
    await site.mend(one);
    const seen = await one.claim("a");
    assertEquals([seen.peer, seen.fence], [two.self, claim.fence]);
    // It is not its own any more: this gives nothing back.
    first[Symbol.dispose]();
    assertEquals((await one.claim("a")).fence, claim.fence);
  });

  test("Bus that is disposed answers everybody who waits", async (site) => {
    const [one, two] = [await site.join(), await site.join()];
    using heard = await Heard.to(one, "room");
    using watched = new Watched(one);
    await site.cut(one);
    await watched.until("away");
    const placed = one.publish("room", bytes("a"), KEEP);
    const claimed = one.claim("a").catch((error: unknown) => error);
    const drained = one.drained(0);
    await one[Symbol.asyncDispose]();
    await one[Symbol.asyncDispose]();
    assertEquals(await placed, undefined);
    assert(await claimed instanceof BusError);
    await drained;
    assertEquals(await one.publish("room", bytes("b"), KEEP), undefined);
    await assertRejects(() => one.claim("a"), BusError);
    one.cast("room", bytes("c"));
    one.send(two.self, bytes("d"));
    one.subscribe("room", heard)[Symbol.dispose]();
    assertEquals(heard.events, ["began"]);
  });
}
