import { assertEquals } from "@std/assert";
import { counted } from "../../lib/base/counted.ts";

Deno.test("counted() says one thing as one, and any other number as several", () => {
  const said = [0, 1, 2].map((count) => counted(count, "message"));
  assertEquals(said, ["0 messages", "1 message", "2 messages"]);
});
