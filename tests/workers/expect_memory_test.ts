import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/base/errors.ts";
import { expectMemory } from "../../lib/workers/expect_memory.ts";

Deno.test("expectMemory() refuses more workers than a machine has memory for, and says how much", () => {
  expectMemory(20, 1e9);
  const { message } = assertThrows(() => expectMemory(21, 1e9), UsageError);
  assertEquals(
    message,
    "--workers=21 cannot be used: 1.1 GB of memory would be taken before anybody has come, and this machine has 1.0; more than one worker for each processor makes nothing faster",
  );
});
