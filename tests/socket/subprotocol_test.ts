import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/base/errors.ts";
import { checkSubprotocols, offers, pickSubprotocol } from "../../lib/socket/subprotocol.ts";

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

Deno.test("checkSubprotocols() answers names that are some", () => {
  const names = ["chat", "v1.chat.example.com", "graphql-transport-ws", "!#$%&'*+-.^_`|~0Az"];
  assertStrictEquals(checkSubprotocols(names, "--subprotocol"), names);
});

for (const name of ["", " ", "a b", "a,b", "a;b", "a/b", '"a"', "a\n", "ü", "a\0"]) {
  Deno.test(`checkSubprotocols() refuses ${JSON.stringify(name)} with exit code 2`, () => {
    const check = () => checkSubprotocols(["chat", name], "subprotocol of the route /a");
    const error = assertThrows(check, UsageError, "for subprotocol of the route /a: expected");
    assertEquals([error.exitCode, error.message.includes(`"${name}"`)], [2, true]);
  });
}
