import { assertEquals, assertStrictEquals } from "@std/assert";
import { Batch } from "../../../lib/base/batch.ts";
import { SentLog } from "../../../lib/connection/resume/sent_log.ts";

function logOf(...texts: string[]): SentLog {
  const log = new SentLog();
  for (const text of texts) log.add(Batch.of(text));
  return log;
}

function rest(log: SentLog): unknown[] {
  return log.rest.flatMap((batch) => batch.messages);
}

Deno.test("SentLog numbers messages from 1, and keeps them until they are forgotten", () => {
  const log = logOf("a", "b", "c");
  assertEquals([log.sent, log.forgotten, rest(log)], [3, 0, ["a", "b", "c"]]);
  log.forget(2);
  assertEquals([log.sent, log.forgotten, rest(log)], [3, 2, ["c"]]);
  // Those were forgotten before.
  log.forget(1);
  assertEquals([log.sent, log.forgotten, rest(log)], [3, 2, ["c"]]);
  log.forget(3);
  log.add(Batch.of("d"));
  assertEquals([log.sent, log.forgotten, rest(log)], [4, 3, ["d"]]);
});

Deno.test("SentLog forgets a part of a batch", () => {
  const log = new SentLog();
  log.add(new Batch(false, new TextEncoder().encode("abcd"), [0, 1, 1, 2, 2, 3, 3, 4]));
  log.forget(3);
  assertEquals([log.forgotten, rest(log)], [3, ["d"]]);
});

Deno.test("SentLog keeps a batch as it is, whoever has it as well", () => {
  const batch = new Batch(true, Uint8Array.of(1, 2), [0, 1, 1, 2]);
  const log = new SentLog();
  log.add(batch);
  assertStrictEquals(log.rest[0], batch);
});

Deno.test("SentLog drops the oldest beyond so many bytes, of which each message has 64 more", () => {
  const log = logOf("a".repeat(36), "b".repeat(36), "c".repeat(36));
  assertEquals(log.bytes, 300);
  assertEquals(log.shed(300), 0);
  assertEquals([log.shed(299), log.forgotten, log.bytes], [1, 1, 200]);
  // The last one is what there is to be had.
  assertEquals([log.shed(0), log.forgotten, log.sent], [1, 2, 3]);
});
