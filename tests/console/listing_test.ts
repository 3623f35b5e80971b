import { assertEquals } from "@std/assert";
import { Journal } from "../../lib/console/journal.js";
import { Listing } from "../../lib/console/listing.js";

function setUp(maxEntries = 100) {
  const journal = new Journal({ maxEntries });
  const listing = new Listing(journal);
  const add = (...texts: string[]) => {
    for (const text of texts) listing.added(journal.add("received", text));
  };
  return { journal, listing, add, listed: () => listing.items.map(({ data }) => data) };
}

Deno.test("Listing has what passes the filter", () => {
  const { listing, add, listed } = setUp();
  add("one", "two");
  listing.setFilter(({ data }) => String(data).includes("o"));
  add("three", "four");
  assertEquals(listed(), ["one", "two", "four"]);
  listing.setFilter(() => true);
  assertEquals(listed(), ["one", "two", "three", "four"]);
});

Deno.test("Listing stays as it is while paused, and has everything afterwards", () => {
  const { listing, add, listed } = setUp();
  add("one");
  listing.pause();
  add("two", "three");
  assertEquals([listed(), listing.missed, listing.paused], [["one"], 2, true]);
  listing.resume();
  assertEquals([listed(), listing.missed, listing.paused], [["one", "two", "three"], 0, false]);
});

Deno.test("Listing can be filtered while paused", () => {
  const { listing, add, listed } = setUp();
  add("one", "two");
  listing.pause();
  add("three", "four");
  listing.setFilter(({ data }) => String(data).includes("o"));
  assertEquals([listed(), listing.missed], [["one", "two"], 1]);
});

Deno.test("Listing forgets what the journal has dropped", () => {
  const { journal, listing, add, listed } = setUp(3);
  listing.setFilter(({ data }) => data !== "c");
  add("a", "b", "c", "d", "e");
  assertEquals([listed(), journal.entries.length], [["d", "e"], 3]);
});

Deno.test("Listing keeps what it shows while paused, also what the journal drops", () => {
  const { listing, add, listed } = setUp(2);
  add("a", "b");
  listing.pause();
  add("c", "d");
  assertEquals(listed(), ["a", "b"]);
  listing.resume();
  assertEquals(listed(), ["c", "d"]);
});

Deno.test("Listing is empty after the journal was cleared, paused or not", () => {
  const { journal, listing, add, listed } = setUp();
  add("a");
  listing.pause();
  journal.clear();
  listing.cleared();
  assertEquals([listed(), listing.missed], [[], 0]);
  listing.setFilter(() => true);
  assertEquals(listed(), []);
  add("b");
  assertEquals(listing.missed, 1);
});
