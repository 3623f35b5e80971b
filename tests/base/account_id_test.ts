import { assertEquals, assertThrows } from "@std/assert";
import { accountId } from "../../lib/base/account_id.ts";

const ignore = Deno.build.os === "windows";

Deno.test({
  name: "accountId() finds the number of a name, and takes a number as it is",
  ignore,
  fn() {
    assertEquals(accountId("passwd", "root"), 0);
    assertEquals(accountId("passwd", "12345"), 12345);
    assertEquals(accountId("group", "12345"), 12345);
  },
});

const MISSING: [table: "passwd" | "group", name: string, says: string][] = [
  ["passwd", "no-such-user", 'there is no user "no-such-user"'],
  ["group", "no-such-group", 'there is no group "no-such-group"'],
  // Of `getent`, that would be an option.
  ["passwd", "--help", 'there is no user "--help"'],
  ["passwd", "", 'there is no user ""'],
  ["passwd", "-1", 'there is no user "-1"'],
];
Deno.test({
  name: "accountId() names what there is not",
  ignore,
  fn() {
    for (const [table, name, says] of MISSING) {
      assertThrows(() => accountId(table, name), Error, says);
    }
  },
});
