import { assertEquals } from "@std/assert";
import { accountRow } from "../../lib/base/account_row.ts";

Deno.test({
  name: "accountRow() finds a user by name or number, and nobody by anything else",
  ignore: Deno.build.os === "windows",
  fn() {
    const root = accountRow("passwd", "root");
    assertEquals(root?.[2], "0");
    assertEquals(accountRow("passwd", "0"), root);
    for (const word of ["", "no-such-user", "-1", "--help", "4294967294", "root:x"]) {
      assertEquals(accountRow("passwd", word), undefined, word);
    }
  },
});
