import { assert } from "@std/assert";
import type { Bus } from "../../../lib/bus/bus.ts";
import { KvBus } from "../../../lib/bus/kv/kv_bus.ts";
import { testBus } from "../contract/bus_contract.ts";
import { CuttableKv } from "./cuttable_kv.ts";

// Where servers are said to be gone after a time, it is as long as a busy machine needs to say that it is there.
const OPTIONS = { pollMs: 10, ttlMs: 3_000 };

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
