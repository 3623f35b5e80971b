import { assert, assertEquals } from "@std/assert";
import { shareTurn } from "../../lib/base/share_turn.ts";

Deno.test("shareTurn() lets somebody go on who has done little", () => {
  assertEquals(shareTurn(performance.now()), undefined);
});

Deno.test("shareTurn() has all who are busy rest together, and then go on", async () => {
  const long = () => performance.now() - 1_000;
  const rests = [shareTurn(long()), shareTurn(long())];
  assert(rests[0] !== undefined);
  assert(rests[0] === rests[1]);
  await rests[0];
  assertEquals(shareTurn(performance.now()), undefined);
});
