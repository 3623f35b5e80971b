import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../../lib/base/errors.ts";
import { nextTurn } from "../../../lib/base/next_turn.ts";
import { Permits } from "../../../lib/base/permits.ts";
import { process } from "../../../lib/handlers/process.ts";
import { startOf } from "../../../lib/process/proc.ts";
import { CapturedLog } from "../../base/captured_log.ts";
import { FakeConnection } from "../../support/fake_connection.ts";
import { fakePlace } from "../../support/fake_place.ts";
import { accept } from "../talk.ts";

Deno.test("process() starts none that waits for who still comes when it was disposed", async () => {
  const forks = new Permits(0);
  const handler = process(["cat"], { warm: 1, forks });
  handler.start?.(fakePlace());
  await handler[Symbol.asyncDispose]?.();
  const { abandon } = await accept(handler);
  // The next one would be started then.
  await nextTurn();
  assertEquals(forks.taken, 1);
  abandon?.();
  await handler[Symbol.asyncDispose]?.();
  assertEquals(forks.taken, 0);
});

Deno.test("process() gives one that waits to who comes after it was retired, and ends all others", async () => {
  using log = new CapturedLog();
  const handler = process(["cat"], { warm: 1 });
  handler.start?.(fakePlace());
  const line = await log.until(/waits for a client/);
  const pid = Number(/Process (\d+)/.exec(line)?.[1]);
  handler.retire?.();
  await log.until(/terminated after/);
  assertEquals(startOf(pid), undefined);
  // It has opened it again, as a library may that takes up a handler once more.
  const { open } = await accept(handler);
  const connection = new FakeConnection();
  const session = open?.(connection);
  session?.close?.(1000, "");
  await handler[Symbol.asyncDispose]?.();
});

const WRONG: [options: Parameters<typeof process>[1], says: string][] = [
  [{ warm: -1 }, "Invalid value -1 for warm of process(): expected a whole number, 0 to 1000"],
  [{ warmIdle: -1 }, "Invalid value -1 for warmIdle of process()"],
  [
    { warm: 1, placeholders: true },
    'Invalid placeholder "{n}" in "process seq {n:[0-9]}" with warm=1',
  ],
];
Deno.test("process() says which option of those that wait is wrong", () => {
  for (const [options, says] of WRONG) {
    assertThrows(() => process(["seq", "{n:[0-9]}"], options), UsageError, says);
  }
});
