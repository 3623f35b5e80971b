import { assert, assertEquals } from "@std/assert";
import type { Bus } from "../../../lib/bus/bus.ts";
import { LocalBus } from "../../../lib/bus/local/local_bus.ts";
import { LocalEngine, type LocalEngineOptions } from "../../../lib/bus/local/local_engine.ts";
import type { Link } from "../../../lib/workers/link.ts";
import { linked } from "../../workers/linked.ts";
import { type BusSite, testBus } from "../contract/bus_contract.ts";
import { bytes, Heard } from "../contract/heard.ts";

/** Servers as workers are: each has a real socket to the engine. */
class SocketSite implements BusSite {
  readonly engine: LocalEngine;
  readonly #stack = new AsyncDisposableStack();
  readonly #links = new Map<Bus, Link>();

  constructor(options?: LocalEngineOptions) {
    this.engine = new LocalEngine(options);
  }

  async join(): Promise<LocalBus> {
    const link = await this.#link();
    const bus = this.#stack.use(new LocalBus(link.channels.bus));
    this.#links.set(bus, link);
    return bus;
  }

  cut(bus: Bus): Promise<void> {
    this.#links.get(bus)?.close();
    return Promise.resolve();
  }

  async mend(bus: Bus): Promise<void> {
    const link = await this.#link();
    this.#links.set(bus, link);
    if (bus instanceof LocalBus) bus.join(link.channels.bus);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }

  async #link(): Promise<Link> {
    const { here, there } = this.#stack.use(await linked());
    this.engine.join(there.channels.bus, `server ${this.#links.size + 1}`);
    return here;
  }
}

testBus("socket", () => Promise.resolve(new SocketSite()));

Deno.test("LocalBus holds back who publishes faster than the engine takes it", async () => {
  await using site = new SocketSite();
  const [one, two] = [await site.join(), await site.join()];
  let brought = 0;
  const began = Promise.withResolvers<void>();
  using _heard = two.subscribe("room", {
    began: () => began.resolve(),
    entry: ({ payload }) => brought += payload.length,
    cast() {},
    lost: (count) => assertEquals(count, 0),
  });
  await began.promise;
  const [count, size] = [2_000, 50_000];
  let most = 0;
  for (let at = 0; at < count; at++) {
    void one.publish("room", new Uint8Array(size), { count: 1, keep: 0 });
    most = Math.max(most, one.bufferedAmount);
    if (one.bufferedAmount > 1_000_000) await one.drained(500_000);
  }
  // Less than the 100 MB that were said.
  assert(most < 1_200_000, `${most} bytes waited at once`);
  using end = await Heard.to(two, "end");
  await one.publish("end", bytes("end"), { count: 1, keep: 0 });
  await end.until("end");
  assertEquals([brought, one.figures.published], [count * size, count + 1]);
});
