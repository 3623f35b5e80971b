import { assertEquals, assertRejects } from "@std/assert";
import { within } from "../../lib/base/within.ts";

// A timer that is left behind by any of these fails it: the sanitizers see it.
const LONG = 86_400_000;

Deno.test("within() says true as soon as the promise resolves", async () => {
  assertEquals(await within(Promise.resolve("a value"), LONG), true);
  const { promise, resolve } = Promise.withResolvers<void>();
  const answer = within(promise, LONG);
  resolve();
  assertEquals(await answer, true);
});

Deno.test("within() says true when the promise resolves to something false", async () => {
  assertEquals(await within(Promise.resolve(false), LONG), true);
});

Deno.test("within() says false when the time is up", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  assertEquals(await within(promise, 1), false);
  resolve();
});

Deno.test("within() says true to a settled promise even when there is no time", async () => {
  assertEquals(await within(Promise.resolve(), 0), true);
});

Deno.test("within() passes on why the promise was rejected", async () => {
  await assertRejects(() => within(Promise.reject(new Error("broken")), LONG), Error, "broken");
});

Deno.test("within() leaves a rejection that comes too late to nobody", async () => {
  const { promise, reject } = Promise.withResolvers<void>();
  assertEquals(await within(promise, 1), false);
  // An unhandled rejection would fail the run.
  reject(new Error("too late"));
  assertEquals(await within(promise.catch(() => {}), LONG), true);
});
