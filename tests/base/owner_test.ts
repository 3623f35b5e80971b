import { assertEquals } from "@std/assert";
import { type Owner, ownerText, parseOwner } from "../../lib/base/owner.ts";

const OWNERS: [text: string, owner: Owner | undefined][] = [
  ["www-data", { user: "www-data" }],
  ["www-data:adm", { user: "www-data", group: "adm" }],
  [":adm", { group: "adm" }],
  ["33:0", { user: "33", group: "0" }],
  ["", undefined],
  [":", undefined],
  ["www-data:", undefined],
  ["a:b:c", undefined],
  ["a b", undefined],
  [" :b", undefined],
];
Deno.test("parseOwner() reads who a file is given to, and ownerText() writes it again", () => {
  for (const [text, owner] of OWNERS) {
    assertEquals(parseOwner(text), owner, text);
    if (owner) assertEquals(ownerText(owner), text);
  }
});
