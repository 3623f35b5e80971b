import { assertEquals } from "@std/assert";
import { offers, pickSubprotocol } from "../../lib/base/subprotocol.ts";

const PICKED: [offered: string | null, spoken: string[], picked: string][] = [
  [null, ["a"], ""],
  ["", ["a"], ""],
  ["a", [], ""],
  ["a", ["a"], "a"],
  ["a", ["b"], ""],
  // What the client prefers.
  ["b, a", ["a", "b"], "b"],
  ["c, b, a", ["a", "b"], "b"],
  ["a,b", ["b"], "b"],
  ["  a ,\tb ", ["b"], "b"],
  ["a", ["A"], ""],
  ["ab", ["a"], ""],
  [", ,", [""], ""],
  ["constructor", ["a"], ""],
];
for (const [offered, spoken, picked] of PICKED) {
  const from = `${JSON.stringify(offered)} where ${JSON.stringify(spoken)} are spoken`;
  Deno.test(`pickSubprotocol() picks "${picked}" of ${from}`, () => {
    assertEquals(pickSubprotocol(offered, spoken), picked);
    if (picked) assertEquals(offers(offered, picked), true);
  });
}

Deno.test("offers() knows what a client offers", () => {
  assertEquals(["a", "b", "c", "A"].map((name) => offers("a, b", name)), [
    true,
    true,
    false,
    false,
  ]);
  assertEquals(offers(null, "a"), false);
});
