import { assert, assertEquals } from "@std/assert";
import { shareTurn } from "../../lib/base/share_turn.ts";
import { HeldClock } from "./held_clock.ts";

Deno.test("shareTurn() lets somebody go on who has done little", () => {
  using clock = new HeldClock();
  clock.now = 1_000;
  assertEquals(shareTurn(999), undefined);
});

Deno.test("shareTurn() has all who are busy rest together, and then go on", async () => {
  using clock = new HeldClock();
  clock.now = 1_000;
  const rests = [shareTurn(0), shareTurn(0)];
  assert(rests[0] !== undefined);
  assert(rests[0] === rests[1]);
  await rests[0];
  assertEquals(shareTurn(clock.now), undefined);
});
