import { assertEquals } from "@std/assert";
import { HIGH_WATER_MARK } from "../../lib/base/limits.ts";
import { Holds } from "../../lib/handlers/shared/holds.ts";

Deno.test("Holds has a process wait for other servers, and then for its own pace", async () => {
  const pace = { bufferedAmount: 5, drained: () => Promise.resolve() };
  const holds = new Holds(pace);
  assertEquals(holds.bufferedAmount, 5);
  const { promise, resolve } = Promise.withResolvers<void>();
  holds.hold(promise);
  assertEquals(holds.bufferedAmount > HIGH_WATER_MARK, true);
  let isOver = false;
  const drained = holds.drained().then(() => isOver = true);
  await Promise.resolve();
  assertEquals(isOver, false);
  resolve();
  await drained;
  assertEquals(holds.bufferedAmount, 5);
});

Deno.test("Holds without a pace holds nothing back but for other servers", async () => {
  const holds = new Holds(undefined);
  assertEquals(holds.bufferedAmount, 0);
  await holds.drained();
  holds.hold(Promise.resolve());
  await holds.drained();
  assertEquals(holds.bufferedAmount, 0);
});
