import { assert } from "@std/assert";
import type { Bus } from "../../../lib/bus/bus.ts";
import { KvBus } from "../../../lib/bus/kv/kv_bus.ts";
import { testBus } from "../contract/bus_contract.ts";
import { bytes, knows, Watched } from "../contract/heard.ts";
import { CuttableKv } from "./cuttable_kv.ts";

// Where servers are said to be gone after a time, it is as long as a busy machine needs to say that it is there; a tenth
// of it is how long a store may be locked by others until it counts as away, and what is cast is forgotten.
const OPTIONS = { pollMs: 10, ttlMs: 6_000 };

testBus("kv", async () => {
  const folder = await Deno.makeTempDir();
  const stores = new Map<Bus, CuttableKv>();
  const storeOf = (bus: Bus) => {
    const store = stores.get(bus);
    assert(store);
    return store;
  };
  return {
    async join() {
      const store = await CuttableKv.open(`${folder}/kv`);
      const bus = new KvBus(store.kv, OPTIONS);
      stores.set(bus, store);
      return bus;
    },
    cut: (bus) => Promise.resolve(storeOf(bus).isCut = true).then(() => {}),
    mend: (bus) => Promise.resolve(storeOf(bus).isCut = false).then(() => {}),
    async [Symbol.asyncDispose]() {
      await Promise.all(stores.keys().map((bus) => bus[Symbol.asyncDispose]()));
      await Deno.remove(folder, { recursive: true });
    },
  };
});

Deno.test("KvBus takes what it is sent from the moment at which others know of it", async () => {
  const folder = await Deno.makeTempDir();
  const one = new KvBus(await Deno.openKv(`${folder}/kv`), OPTIONS);
  const kv = await Deno.openKv(`${folder}/kv`);
  let isSaid = false;
  const two: KvBus = new KvBus(
    whileWritten(kv, async () => {
      const isThere = await kv.get(["stdws", "peer", two.self]);
      if (isThere.value === null || isSaid) return;
      isSaid = true;
      await knows(one, two);
      one.send(two.self, bytes("hello"));
      // Behind it.
      await one.publish("room", bytes("hello"), { count: 1, keep: 1 });
    }),
    OPTIONS,
  );
  using watched = new Watched(two);
  await watched.until(`${one.self}:hello`);
  await Promise.all([one, two].map((bus) => bus[Symbol.asyncDispose]()));
  await Deno.remove(folder, { recursive: true });
});

/** The same store, where whoever has written something waits until something has happened. */
function whileWritten(kv: Deno.Kv, happens: () => Promise<void>): Deno.Kv {
  return new Proxy(kv, {
    get(_, name) {
      const value = Reflect.get(kv, name, kv);
      if (name !== "atomic") return typeof value === "function" ? value.bind(kv) : value;
      return () => {
        const atomic = kv.atomic();
        const commit = atomic.commit.bind(atomic);
        atomic.commit = async () => {
          const done = await commit();
          await happens();
          return done;
        };
        return atomic;
      };
    },
  });
}
