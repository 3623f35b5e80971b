import { assertEquals } from "@std/assert";
import { plain } from "../../lib/base/plain.ts";

Deno.test("plain() says its status in words", async () => {
  const response = plain(426, { Upgrade: "websocket" });
  assertEquals(response.status, 426);
  assertEquals(response.headers.get("upgrade"), "websocket");
  assertEquals(await response.text(), "426 Upgrade Required\n");
});

Deno.test("plain() says why", async () => {
  assertEquals(await plain(411, {}, "too vague").text(), "411 Length Required: too vague\n");
});
