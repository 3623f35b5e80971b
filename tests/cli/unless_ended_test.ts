import { assertEquals, assertRejects } from "@std/assert";
import { nextTurn } from "../../lib/base/next_turn.ts";
import { StartEnded, unlessEnded } from "../../lib/cli/unless_ended.ts";

Deno.test("unlessEnded() leaves a part that fails behind the end to nobody", async () => {
  const part = Promise.withResolvers<void>();
  await assertRejects(() => unlessEnded(Promise.resolve(), part.promise), StartEnded);
  part.reject(new Error("late"));
  // Where nobody had taken it, it would end this process then.
  await nextTurn();
});

Deno.test("unlessEnded() answers a part that is done before the end, which may come later", async () => {
  const ending = Promise.withResolvers<void>();
  assertEquals(await unlessEnded(ending.promise, Promise.resolve("done")), "done");
  ending.resolve();
  await nextTurn();
});
