import { assert, assertEquals } from "@std/assert";
import { Journal } from "../../lib/console/journal.js";

Deno.test("Journal numbers entries, and knows their time and size", () => {
  const journal = new Journal({ now: () => 42 });
  journal.add("sent", "ü");
  journal.add("received", Uint8Array.of(1, 2, 3));
  journal.add("close", "Normal closure", { facts: { code: 1000 }, size: 2 });
  const shown = journal.entries.map(({ number, kind, time, size }) => [number, kind, time, size]);
  assertEquals(shown, [[1, "sent", 42, 2], [2, "received", 42, 3], [3, "close", 42, 2]]);
  assertEquals(journal.totals, {
    sent: { messages: 1, bytes: 2 },
    received: { messages: 1, bytes: 3 },
  });
});

Deno.test("Journal keeps ten thousand messages and more, and counts the ones that it drops", () => {
  const journal = new Journal();
  for (let i = 0; i < 20_000; i++) journal.add("received", "x");
  assertEquals([journal.entries.length, journal.dropped], [20_000, 0]);
  for (let i = 0; i < 5_000; i++) journal.add("received", "x");
  assertEquals(journal.entries.length + journal.dropped, 25_000);
  assert(journal.entries.length >= 19_000 && journal.entries.length <= 20_000);
  assertEquals(journal.entries.at(-1)?.number, 25_000);
  assertEquals(journal.entries[0]?.number, journal.dropped + 1);
  assertEquals(journal.totals.received.messages, 25_000);
});

Deno.test("Journal cuts the oldest payloads where they are too many bytes", () => {
  const journal = new Journal({ maxBytes: 10_000 });
  journal.add("received", "a".repeat(4_000));
  journal.add("received", new Uint8Array(4_000));
  assertEquals(journal.shortened, 0);
  journal.add("received", "c".repeat(4_000));
  journal.add("sent", "d".repeat(2_000));
  const shown = journal.entries.map(({ data, size, shortened }) => [data.length, size, shortened]);
  assertEquals(shown, [
    [1024, 4_000, true],
    [1024, 4_000, true],
    [4_000, 4_000, undefined],
    [2_000, 2_000, undefined],
  ]);
  assertEquals(journal.shortened, 2);
});

Deno.test("Journal goes on cutting after it has dropped", () => {
  const journal = new Journal({ maxEntries: 20, maxBytes: 30_000 });
  for (let i = 0; i < 100; i++) journal.add("received", "x".repeat(3_000));
  const held = journal.entries.reduce((bytes, { data }) => bytes + data.length, 0);
  assert(held <= 30_000, `${held} bytes`);
  assertEquals(journal.entries.at(-1)?.data.length, 3_000);
});

Deno.test("Journal.clear() forgets everything but the numbers", () => {
  const journal = new Journal({ maxEntries: 1 });
  journal.add("sent", "a");
  journal.add("sent", "b");
  journal.clear();
  assertEquals([journal.entries, journal.dropped, journal.totals.sent.messages], [[], 0, 0]);
  assertEquals(journal.add("sent", "c").number, 3);
});
