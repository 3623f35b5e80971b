import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { BusError } from "../../../lib/base/errors.ts";
import { Log } from "../../../lib/base/log.ts";
import { KvBus, type KvBusOptions } from "../../../lib/bus/kv/kv_bus.ts";
import { CapturedLog } from "../../base/captured_log.ts";
import { Folder } from "../../support/folder.ts";
import { inTime } from "../../support/in_time.ts";
import { aborted, bytes, Heard, knows, Watched } from "../contract/heard.ts";
import { CuttableKv } from "./cuttable_kv.ts";

const OPTIONS = { pollMs: 10, ttlMs: 3_000 };
const KEEP = { count: 1, keep: 100 };

/** Servers on one file, each with a store that a test can hold back, and a store of somebody else. */
class Site implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();
  readonly #path: string;

  private constructor(folder: Folder) {
    this.#path = `${this.#stack.use(folder).path}/kv`;
  }

  static async make(): Promise<Site> {
    return new Site(await Folder.make());
  }

  async join(options: KvBusOptions = {}): Promise<{ bus: KvBus; store: CuttableKv }> {
    const store = await CuttableKv.open(this.#path);
    const bus = this.#stack.use(new KvBus(store.kv, { ...OPTIONS, ...options }));
    this.#stack.defer(() => store.letGo());
    return { bus, store };
  }

  async stranger(): Promise<Deno.Kv> {
    return this.#stack.use(await Deno.openKv(this.#path));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

Deno.test("KvBus.cast() drops what is too much for a store that writes nothing, and says so once", async () => {
  using log = new CapturedLog();
  await using site = await Site.make();
  const { bus: one, store } = await site.join({ maxQueue: 64 * 1024, log: new Log() });
  const { bus: two } = await site.join();
  using heard = await Heard.to(two, "room");
  store.hold();
  for (const size of [1, 10_000]) {
    for (let count = 0; count < 1_000; count++) one.cast("room", new Uint8Array(size));
    assert(one.bufferedAmount <= 64 * 1024, `${one.bufferedAmount} bytes wait`);
  }
  const placed = one.publish("room", bytes("published"), KEEP);
  assertEquals(one.isAway, false);
  const { uncast = 0 } = one.figures;
  assert(uncast > 1_700, `${uncast} of 2,000 were dropped`);
  store.letGo();
  assert(await placed);
  await one.drained();
  assertEquals(one.bufferedAmount, 0);
  one.cast("room", bytes("after"));
  await heard.until("cast:after");
  assertEquals(heard.events.filter((event) => event.startsWith("cast:\0")).length, 2_000 - uncast);
  assertEquals(log.messages.length, 1);
  assertMatch(
    log.messages[0] ?? "",
    /^ERROR server: Cannot cast on the bus: \d+ bytes wait for kv/,
  );
});

Deno.test("KvBus.send() that is dropped has the other server told so, before what follows", async () => {
  await using site = await Site.make();
  const { bus: one, store } = await site.join({ maxQueue: 16 * 1024 });
  const { bus: two } = await site.join();
  await knows(one, two);
  await knows(two, one);
  using watched = new Watched(two);
  store.hold();
  for (let at = 0; at < 200; at++) one.send(two.self, bytes(String(at)));
  store.letGo();
  await one.drained();
  one.send(two.self, bytes("after"));
  await watched.until(`${one.self}:after`);
  const sent = 200 - (one.figures.uncast ?? 0);
  assertEquals(watched.events, [
    ...Array.from({ length: sent }, (_, at) => `${one.self}:${at}`),
    `left:${one.self}`,
    `joined:${one.self}`,
    `${one.self}:after`,
  ]);
});

Deno.test("KvBus.send() that was forgotten while the store was away is told as well", async () => {
  await using site = await Site.make();
  const { bus: one, store } = await site.join();
  const { bus: two } = await site.join();
  await knows(one, two);
  await knows(two, one);
  using here = new Watched(one);
  using there = new Watched(two);
  store.isCut = true;
  one.send(two.self, bytes("forgotten"));
  await here.until("away");
  store.isCut = false;
  await here.until(`joined:${two.self}`);
  one.send(two.self, bytes("after"));
  await there.until(`${one.self}:after`);
  assertEquals(there.events.slice(-3), [
    `left:${one.self}`,
    `joined:${one.self}`,
    `${one.self}:after`,
  ]);
});

Deno.test("KvBus tells that servers left where something that they sent is gone", async () => {
  await using site = await Site.make();
  const { bus: one } = await site.join();
  const { bus: two, store } = await site.join();
  await knows(one, two);
  await knows(two, one);
  using watched = new Watched(two);
  store.isCut = true;
  for (const text of ["a", "b", "c"]) one.send(two.self, bytes(text));
  await one.drained();
  const kv = await site.stranger();
  const entries = await Array.fromAsync(kv.list({ prefix: ["stdws", "mail", two.self] }));
  const [first] = entries.filter(({ key }) => key.length > 3);
  assert(first);
  await kv.delete(first.key);
  store.isCut = false;
  await watched.until(`${one.self}:c`);
  const at = watched.events.indexOf(`${one.self}:b`);
  assertEquals(watched.events.slice(at - 1, at + 2), [
    `left:${one.self}`,
    `${one.self}:b`,
    `${one.self}:c`,
  ]);
  await knows(two, one);
});

Deno.test("KvBus.publish() that arrives when its answer was lost and it is said again is taken once", async () => {
  await using site = await Site.make();
  const { bus: two } = await site.join();
  using heard = await Heard.to(two, "room");
  const kv = await site.stranger();
  const one = new KvBus(lateOnce(kv, "once"), OPTIONS);
  const mark = await one.publish("room", bytes("once"), KEEP);
  await one.publish("room", bytes("end"), KEEP);
  await heard.until("end");
  assertEquals(heard.texts, ["once", "end"]);
  assertEquals(heard.entries[0]?.mark, mark);
  await one[Symbol.asyncDispose]();
});

Deno.test("KvBus believes no places and fences behind which there is no room", async () => {
  await using site = await Site.make();
  const kv = await site.stranger();
  const id = "a".repeat(16);
  const heads = [{ id, place: 2 ** 53, next: 2 ** 53 }, { id, place: "5", next: 1 }, {
    id: "",
    place: 1,
    next: 1,
  }];
  for (const [at, head] of heads.entries()) await kv.set(["stdws", "topic", `room ${at}`], head);
  for (const name of ["a", "b"]) {
    const fence = name === "a" ? 2 ** 53 : Infinity;
    await kv.set(["stdws", "claim", name], { peer: "", fence });
  }
  const { bus: one } = await site.join();
  const { bus: two } = await site.join();
  for (const at of heads.keys()) {
    using heard = await Heard.to(two, `room ${at}`);
    for (const text of ["a", "b"]) assert(await one.publish(`room ${at}`, bytes(text), KEEP));
    await heard.until("b");
    assertEquals(heard.texts, ["a", "b"]);
    assertNotEquals(heard.entries[0]?.mark.log, id);
  }
  for (const name of ["a", "b"]) {
    const first = await one.claim(name);
    first[Symbol.dispose]();
    const second = await one.claim(name);
    assert(second.fence > first.fence && Number.isSafeInteger(second.fence), `${second.fence}`);
  }
});

Deno.test("KvBus brings everything whatever is written in place of what tells that there is something new", async () => {
  await using site = await Site.make();
  const kv = await site.stranger();
  const spoil = () => Promise.all(["bell", "census"].map((bell) => kv.set(["stdws", bell], "x")));
  await spoil();
  const { bus: one } = await site.join();
  const { bus: two } = await site.join();
  using heard = await Heard.to(two, "room");
  await spoil();
  assert(await one.publish("room", bytes("a"), KEEP));
  await heard.until("a");
  await spoil();
  assertEquals((await one.claim("name")).peer, one.self);
  await knows(two, one);
  using watched = new Watched(two);
  await one[Symbol.asyncDispose]();
  await watched.until(`left:${one.self}`);
  assertEquals(two.isAway, false);
});

Deno.test("KvBus leaves out entries that no server writes, and tells who listens", async () => {
  await using site = await Site.make();
  const { bus: one } = await site.join();
  const { bus: two } = await site.join();
  using heard = await Heard.to(two, "room");
  await one.publish("room", bytes("a"), KEEP);
  await heard.until("a");
  const kv = await site.stranger();
  const key = ["stdws", "topic", "room"];
  const { value: head } = await kv.get<{ id: string; place: number; next: number }>(key);
  assert(head);
  const { id, place, next } = head;
  const payload = { id: "nowhere", parts: 2 ** 40 };
  await kv.atomic()
    .set([...key, id, place], { number: next, count: -5, from: "x", payload: bytes("x") })
    .set([...key, id, place + 1], { number: next, count: 3, from: "x", payload })
    .set(key, { id, place: place + 2, next: next + 3 })
    .sum(["stdws", "bell"], 1n).commit();
  await one.publish("room", bytes("b"), KEEP);
  await heard.until("b");
  assertEquals(heard.events, ["began", "a", "lost:3", "b"]);
});

Deno.test("KvBus goes on for others where one who listens fails", async () => {
  using log = new CapturedLog();
  await using site = await Site.make();
  const { bus } = await site.join({ log: new Log() });
  const fails = () => {
    throw new Error("a mistake");
  };
  using _one = bus.subscribe("room", { began: fails, entry: fails, cast: fails, lost: fails });
  using heard = await Heard.to(bus, "room");
  for (const text of ["a", "b"]) await bus.publish("room", bytes(text), KEEP);
  await heard.until("b");
  assertEquals(heard.events, ["began", "a", "b"]);
  assertEquals(bus.isAway, false);
  assertMatch(log.messages[0] ?? "", /^ERROR server: What the bus has brought failed: a mistake/);
});

Deno.test("KvBus gives back a name that was claimed when nobody waited for it any more", async () => {
  await using site = await Site.make();
  const { bus: one, store } = await site.join({ acceptMs: 1 });
  const { bus: two } = await site.join();
  await knows(two, one);
  store.hold();
  await assertRejects(() => one.claim("a"), BusError, "the bus has not answered within 1 ms");
  store.letGo();
  const claim = await two.claim("a");
  if (claim.peer !== two.self) await aborted(claim.over);
  assertEquals((await two.claim("a")).peer, two.self);
});

Deno.test("KvBus does not hold a name that it gets when others take it for gone already", async () => {
  await using site = await Site.make();
  const { bus: two } = await site.join();
  const gates = new Gates(await site.stranger());
  const one = new KvBus(gates.kv, { ...OPTIONS, acceptMs: 60_000 });
  await knows(two, one);
  using watched = new Watched(two);
  gates.close("claim");
  const claiming = one.claim("name");
  await watched.until(`left:${one.self}`);
  gates.close("peer");
  gates.open("claim");
  let taken = await two.claim("name");
  while (taken.peer !== two.self) {
    await aborted(taken.over);
    taken = await two.claim("name");
  }
  gates.open("peer");
  assertEquals((await claiming).peer, two.self);
  assertEquals(taken.over.aborted, false);
  await one[Symbol.asyncDispose]();
});

Deno.test("KvBus says at its end what was said before it", async () => {
  await using site = await Site.make();
  const { bus: one } = await site.join();
  const { bus: two } = await site.join();
  await knows(one, two);
  using heard = await Heard.to(two, "room");
  using watched = new Watched(two);
  const said = Array.from({ length: 100 }, (_, at) => String(at));
  const placed = said.map((text) => one.publish("room", bytes(text), KEEP));
  one.cast("room", bytes("end"));
  one.send(two.self, bytes("end"));
  await one[Symbol.asyncDispose]();
  assertEquals((await Promise.all(placed)).filter((mark) => !mark), []);
  assertEquals(one.figures.dropped, 0);
  await heard.until("cast:end");
  assertEquals(heard.texts, said);
  for (const event of [`${one.self}:end`, `left:${one.self}`]) await watched.until(event);
});

Deno.test("KvBus ends where its store never answers", async () => {
  const folder = await Folder.make();
  const store = await CuttableKv.open(`${folder.path}/kv`);
  const bus = new KvBus(store.kv, OPTIONS);
  store.hold();
  const placed = bus.publish("room", bytes("a"), KEEP);
  await inTime(bus[Symbol.asyncDispose](), () => "the end of the bus");
  assertEquals(await placed, undefined);
  store.letGo();
  await folder[Symbol.asyncDispose]();
});

Deno.test("KvBus deletes what nobody wants any more with all of its parts", async () => {
  await using site = await Site.make();
  const { bus } = await site.join();
  const kv = await site.stranger();
  const parts = async () => (await Array.fromAsync(kv.list({ prefix: ["stdws", "part"] }))).length;
  await bus.publish("room", new Uint8Array(100_000), { count: 1, keep: 0 });
  assertEquals(await parts(), 3);
  await bus.publish("room", bytes("many"), { count: 2_000, keep: 0 });
  await bus.publish("room", bytes("end"), { count: 1, keep: 0 });
  assertEquals(await parts(), 0);
  using heard = await Heard.to(bus, "room", { last: 5_000 });
  assertEquals(heard.texts, ["many", "end"]);
});

/** The same store, but where the first commit that has a payload fails, and is written when the server has looked for it. */
function lateOnce(kv: Deno.Kv, text: string): Deno.Kv {
  let late: (() => Promise<unknown>) | undefined;
  let isDone = false;
  const isIt = (value: unknown) => {
    const { payload } = (value ?? {}) as { payload?: unknown };
    return payload instanceof Uint8Array && new TextDecoder().decode(payload) === text;
  };
  const read = async (found: Promise<unknown>) => {
    const answer = await found;
    await late?.();
    late = undefined;
    return answer;
  };
  return new Proxy(kv, {
    get(_, name) {
      const value = Reflect.get(kv, name, kv);
      if (name === "get" || name === "getMany") {
        return (...args: unknown[]) => read(Reflect.apply(value, kv, args));
      }
      if (name !== "atomic") return typeof value === "function" ? value.bind(kv) : value;
      return () => {
        const atomic = kv.atomic();
        const [set, commit] = [atomic.set.bind(atomic), atomic.commit.bind(atomic)];
        let isLate = false;
        atomic.set = (key, what, options) => {
          isLate ||= isIt(what) && !isDone;
          return set(key, what, options);
        };
        atomic.commit = () => {
          if (!isLate) return commit();
          isDone = true;
          late = commit;
          return Promise.reject(new Error("The answer was lost"));
        };
        return atomic;
      };
    },
  });
}

/** A store in which whoever writes a key of some kind waits, as long as a test says so. */
class Gates {
  readonly kv: Deno.Kv;
  readonly #closed = new Map<string, PromiseWithResolvers<void>>();

  constructor(kv: Deno.Kv) {
    this.kv = new Proxy(kv, {
      get: (_, name) => {
        const value = Reflect.get(kv, name, kv);
        if (name === "atomic") return () => this.#gated(kv.atomic());
        return typeof value === "function" ? value.bind(kv) : value;
      },
    });
  }

  close(kind: string): void {
    this.#closed.set(kind, Promise.withResolvers());
  }

  open(kind: string): void {
    this.#closed.get(kind)?.resolve();
    this.#closed.delete(kind);
  }

  #gated(atomic: Deno.AtomicOperation): Deno.AtomicOperation {
    const [set, commit] = [atomic.set.bind(atomic), atomic.commit.bind(atomic)];
    const kinds = new Set<string>();
    atomic.set = (key, value, options) => {
      kinds.add(String(key[1]));
      return set(key, value, options);
    };
    atomic.commit = async () => {
      for (const kind of kinds) await this.#closed.get(kind)?.promise;
      return await commit();
    };
    return atomic;
  }
}

Deno.test("KvBus whose server stood still for longer than its time sees that it is over before anything else comes", async () => {
  await using site = await Site.make();
  const ttlMs = 1_500;
  const { bus: one } = await site.join({ ttlMs });
  const { bus: two } = await site.join();
  using heard = await Heard.to(one, "room");
  const claim = await one.claim("name");
  const order: string[] = [];
  claim.over.addEventListener("abort", () => order.push("over"));
  using _standing = one.subscribe("room", {
    began: () => order.push("began"),
    entry({ payload }) {
      order.push(new TextDecoder().decode(payload));
      // What comes behind it lies there already.
      for (const end = performance.now() + ttlMs; order.at(-1) === "a" && performance.now() < end;);
    },
    cast() {},
    lost() {},
  });
  await heard.until("began");
  assert(await one.publish("room", bytes("first"), KEEP));
  await heard.until("first");
  await Promise.all(["a", "b"].map((text) => two.publish("room", bytes(text), KEEP)));
  await heard.until("b");
  await aborted(claim.over);
  assert(order.indexOf("over") < order.indexOf("b"), order.join());
});

Deno.test("KvBus tells that a server has left behind its last words", async () => {
  await using site = await Site.make();
  // Not away, and asked for nothing, while it does not read.
  const { bus: one, store } = await site.join({ ttlMs: 600_000 });
  const { bus: two } = await site.join();
  await knows(one, two);
  await knows(two, one);
  using watched = new Watched(one);
  const begun = Promise.withResolvers<void>();
  const events: string[] = [];
  using _both = one.watch({
    left: (peer) => events.push(`left ${peer === two.self}`),
    received: (payload) => events.push(new TextDecoder().decode(payload)),
  });
  using _room = one.subscribe("room", {
    began: () => begun.resolve(),
    entry: ({ payload }) => events.push(new TextDecoder().decode(payload)),
    cast: (payload) => events.push(new TextDecoder().decode(payload)),
    lost() {},
  });
  await begun.promise;
  store.isCut = true;
  two.send(one.self, bytes("sent"));
  two.cast("room", bytes("cast"));
  const placed = two.publish("room", bytes("published"), KEEP);
  await two[Symbol.asyncDispose]();
  assert(await placed);
  store.isCut = false;
  await watched.until(`left:${two.self}`);
  assertEquals(events.at(-1), "left true");
  assertEquals(events.slice(0, -1).toSorted(), ["cast", "published", "sent"]);
});
