import { assertEquals } from "@std/assert";
import { Readiness } from "../../lib/base/readiness.ts";

Deno.test("Readiness looks at its conditions when it is asked", () => {
  const readiness = new Readiness();
  assertEquals([readiness.isReady, readiness.conditions], [true, []]);
  let lacks: string | undefined = "not yet";
  readiness.expect("listening", () => lacks);
  readiness.expect("other", () => undefined);
  assertEquals(readiness.isReady, false);
  assertEquals(readiness.conditions, [
    { name: "listening", lacks: "not yet" },
    { name: "other", lacks: undefined },
  ]);
  lacks = undefined;
  assertEquals(readiness.isReady, true);
  readiness.expect("other", () => "gone");
  assertEquals(readiness.conditions.length, 2);
  assertEquals(readiness.isReady, false);
});
