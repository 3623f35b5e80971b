import { assert, assertEquals } from "@std/assert";
import { MAX_EMPTY_ROOMS, MAX_HISTORY, MAX_HISTORY_OF_EMPTY_ROOMS } from "../../lib/base/limits.ts";
import { Histories } from "../../lib/handlers/histories.ts";
import { History } from "../../lib/handlers/history.ts";

Deno.test("History keeps the last messages, text as text and bytes as bytes", () => {
  const history = new History();
  for (const message of ["a", Uint8Array.of(0, 255), "", "d"]) history.add(message, 3);
  assertEquals(history.last(3), [Uint8Array.of(0, 255), "", "d"]);
  assertEquals([history.last(2), history.last(0)], [["", "d"], []]);
  assertEquals(history.last(Infinity).length, 3);
});

Deno.test("History copies bytes", () => {
  const history = new History();
  const bytes = Uint8Array.of(1);
  history.add(bytes, 1);
  bytes[0] = 0;
  assertEquals(history.last(1), [Uint8Array.of(1)]);
});

Deno.test("History keeps its order over many messages", () => {
  const history = new History();
  for (let index = 0; index < 10_000; index++) {
    history.add(`${index}`, 1500);
    if (index % 1000 === 999) {
      const first = Math.max(0, index - 1499);
      const expected = Array.from({ length: index + 1 - first }, (_, at) => `${first + at}`);
      assertEquals(history.last(1500), expected);
    }
  }
});

Deno.test("History has no more than 16 MiB, however many messages it may have", () => {
  const history = new History();
  const mib = "x".repeat(1024 * 1024);
  for (let count = 0; count < 20; count++) history.add(`${count} ${mib}`, Infinity);
  const kept = history.last(Infinity);
  assertEquals([kept.length, String(kept[0]).slice(0, 3)], [15, "5 x"]);
  assert(history.bytes <= MAX_HISTORY);
  for (let count = 0; count < 300_000; count++) history.add("", Infinity);
  assertEquals([history.last(Infinity).length, history.bytes], [MAX_HISTORY / 64, MAX_HISTORY]);
});

/** Histories in which so much was said in each of these rooms, which everybody has left. */
function left(rooms: readonly string[], message: string): Histories {
  const histories = new Histories();
  histories.keep(1);
  for (const room of rooms) {
    histories.enter(room, 1);
    histories.add(room, message);
    histories.leave(room);
  }
  return histories;
}

Deno.test("Histories keeps what was said in a room that everybody has left", () => {
  const histories = left(["a", "b"], "hi");
  assertEquals([histories.enter("a", 1), histories.enter("c", 1)], [["hi"], []]);
  histories.add("a", "ho");
  assertEquals(histories.enter("a", 1), ["ho"]);
});

Deno.test("Histories forgets the rooms that are empty for the longest time", () => {
  const rooms = Array.from({ length: MAX_EMPTY_ROOMS + 2 }, (_, index) => `${index}`);
  const histories = left(rooms, "hi");
  const kept = rooms.map((room) => histories.enter(room, 1).length);
  assertEquals(kept, rooms.map((_, index) => index < 2 ? 0 : 1));
});

Deno.test("Histories counts a room anew that somebody was in again", () => {
  const rooms = Array.from({ length: MAX_EMPTY_ROOMS }, (_, index) => `${index}`);
  const histories = left(rooms, "hi");
  histories.enter("0", 1);
  histories.leave("0");
  for (const room of ["x", "y"]) {
    histories.enter(room, 1);
    histories.add(room, "hi");
    histories.leave(room);
  }
  const kept = ["0", "1", "2", "3"].map((room) => histories.enter(room, 1).length);
  assertEquals(kept, [1, 0, 0, 1]);
});

Deno.test("Histories keeps no more than 64 MiB of empty rooms", () => {
  const size = 10 * 1024 * 1024;
  const rooms = ["0", "1", "2", "3", "4", "5", "6", "7"];
  const histories = left(rooms, "x".repeat(size));
  const most = Math.floor(MAX_HISTORY_OF_EMPTY_ROOMS / size);
  const kept = rooms.filter((room) => histories.enter(room, 1).length === 1);
  assertEquals(kept, rooms.slice(-most));
  // What was entered again is no empty room any more: there is space for others.
  for (const room of ["x", "y"]) {
    histories.enter(room, 1);
    histories.add(room, "x".repeat(size));
    histories.leave(room);
  }
  assertEquals(kept.filter((room) => histories.enter(room, 1).length === 1), kept);
});

Deno.test("Histories.keep() forgets what is kept no more, also of empty rooms", () => {
  const histories = new Histories();
  histories.keep(3);
  for (const room of ["left", "here"]) {
    histories.enter(room, 3);
    for (const message of ["a", "b", "c"]) histories.add(room, message);
  }
  histories.leave("left");
  histories.keep(2);
  assertEquals([histories.enter("here", 3), histories.enter("left", 3)], [["b", "c"], ["b", "c"]]);
  histories.leave("left");
  histories.keep(0);
  histories.keep(3);
  assertEquals([histories.enter("here", 3), histories.enter("left", 3)], [[], []]);
});

Deno.test("Histories.keep() makes space for other empty rooms where it forgets", () => {
  const histories = new Histories();
  const size = 7 * 1024 * 1024;
  const say = (room: string) => {
    histories.enter(room, 2);
    for (let count = 0; count < 2; count++) histories.add(room, "x".repeat(size));
    histories.leave(room);
  };
  const rooms = ["0", "1", "2", "3", "4", "5", "6", "7"];
  histories.keep(2);
  for (const room of rooms.slice(0, 4)) say(room);
  histories.keep(1);
  for (const room of rooms.slice(4)) say(room);
  assertEquals(rooms.map((room) => histories.enter(room, 2).length), rooms.map(() => 1));
});

Deno.test("Histories.keep() with 0, as at first, keeps nothing", () => {
  const histories = new Histories();
  histories.enter("room", 3);
  histories.add("room", "a");
  histories.keep(3);
  assertEquals(histories.enter("room", 3), []);
});
