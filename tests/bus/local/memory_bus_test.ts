import { LocalBus } from "../../../lib/bus/local/local_bus.ts";
import { MemoryBuses } from "../../../lib/bus/local/memory_buses.ts";
import { testBus } from "../contract/bus_contract.ts";

testBus("memory", () => {
  const buses = new MemoryBuses();
  const local = (bus: unknown): LocalBus => {
    if (bus instanceof LocalBus) return bus;
    throw new TypeError("It is no bus of this site");
  };
  return Promise.resolve({
    join: () => Promise.resolve(buses.join()),
    cut: (bus) => Promise.resolve(buses.cut(local(bus))),
    mend: (bus) => Promise.resolve(buses.mend(local(bus))),
    [Symbol.asyncDispose]: () => buses[Symbol.asyncDispose](),
  });
});
