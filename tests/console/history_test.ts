import { assertEquals } from "@std/assert";
import { History } from "../../lib/console/history.js";

Deno.test("History goes back to the oldest, and forward to the draft", () => {
  const history = new History();
  for (const text of ["one", "two"]) history.add(text);
  assertEquals(
    [history.back("draft"), history.back("two"), history.back("one")],
    ["two", "one", undefined],
  );
  assertEquals(
    [history.forward(), history.forward(), history.forward()],
    ["two", "draft", undefined],
  );
});

Deno.test("History has nothing at first", () => {
  const history = new History();
  assertEquals([history.back("draft"), history.forward()], [undefined, undefined]);
});

Deno.test("History starts at the newest again after something was added", () => {
  const history = new History(["one", "two"]);
  history.back("");
  history.back("");
  history.add("three");
  assertEquals([history.back(""), history.back("")], ["three", "two"]);
});

Deno.test("History remembers the same again once, and nothing empty", () => {
  const history = new History();
  for (const text of ["a", "a", "", "b", "a"]) history.add(text);
  assertEquals(history.items, ["a", "b", "a"]);
});

Deno.test("History keeps the newest hundred", () => {
  const history = new History(Array.from({ length: 150 }, (_, i) => `${i}`));
  history.add("last");
  assertEquals([history.items.length, history.items[0], history.items.at(-1)], [100, "51", "last"]);
});
