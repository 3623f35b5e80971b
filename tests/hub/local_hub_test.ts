import type { Mark } from "../../lib/base/mark.ts";
import { assert, assertEquals } from "@std/assert";
import { MAX_EMPTY_ROOMS, MAX_HISTORY, MAX_HISTORY_OF_EMPTY_ROOMS } from "../../lib/base/limits.ts";
import { Batch, type Message } from "../../lib/base/batch.ts";
import { LocalHub } from "../../lib/hub/local_hub.ts";
import { RoomLog } from "../../lib/hub/room_log.ts";

/** A log as tests talk to it: by single messages. */
class History {
  readonly log = new RoomLog();
  add(message: Message, count: number): void {
    this.log.add(Batch.of(message), count);
  }
  last(count: number): Message[] {
    return this.log.last(count).flatMap((batch) => [...batch]);
  }
  get bytes(): number {
    return this.log.bytes;
  }
}

/** The rooms of a hub as tests talk to them: with one member at most. */
class Histories {
  readonly #hub = new LocalHub();
  readonly #route = {};
  keep(count: number): void {
    this.#hub.space().keep(this.#route, count);
  }
  enter(room: string, count: number): Message[] {
    const got: Message[] = [];
    this.leave(room);
    const replay = (past: readonly Batch[]) => {
      for (const batch of past) got.push(...batch);
    };
    this.#hub.room(room).join({ id: "1", deliver() {}, replay }, { last: count });
    return got;
  }
  add(room: string, message: Message): void {
    this.#hub.room(room).publish(Batch.of(message));
  }
  leave(room: string): void {
    this.#hub.room(room).leave({ id: "1" });
  }
}

Deno.test("RoomLog keeps the last messages, text as text and bytes as bytes", () => {
  const history = new History();
  for (const message of ["a", Uint8Array.of(0, 255), "", "d"]) history.add(message, 3);
  assertEquals(history.last(3), [Uint8Array.of(0, 255), "", "d"]);
  assertEquals([history.last(2), history.last(0)], [["", "d"], []]);
  assertEquals(history.last(Infinity).length, 3);
});

Deno.test("RoomLog copies bytes", () => {
  const history = new History();
  const bytes = Uint8Array.of(1);
  history.add(bytes, 1);
  bytes[0] = 0;
  assertEquals(history.last(1), [Uint8Array.of(1)]);
});

Deno.test("RoomLog keeps its order over many messages", () => {
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

Deno.test("RoomLog has no more than 16 MiB, however many messages it may have", () => {
  const history = new History();
  const mib = "x".repeat(1024 * 1024);
  for (let count = 0; count < 20; count++) history.add(`${count} ${mib}`, Infinity);
  const kept = history.last(Infinity);
  assertEquals([kept.length, String(kept[0]).slice(0, 3)], [15, "5 x"]);
  assert(history.bytes <= MAX_HISTORY);
  for (let count = 0; count < 300_000; count++) history.add("", Infinity);
  assertEquals([history.last(Infinity).length, history.bytes], [MAX_HISTORY / 512, MAX_HISTORY]);
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

Deno.test("LocalHub keeps what was said in a room that everybody has left", () => {
  const histories = left(["a", "b"], "hi");
  assertEquals([histories.enter("a", 1), histories.enter("c", 1)], [["hi"], []]);
  histories.add("a", "ho");
  assertEquals(histories.enter("a", 1), ["ho"]);
});

Deno.test("LocalHub forgets the rooms that are empty for the longest time", () => {
  const rooms = Array.from({ length: MAX_EMPTY_ROOMS + 2 }, (_, index) => `${index}`);
  const histories = left(rooms, "hi");
  const kept = rooms.map((room) => histories.enter(room, 1).length);
  assertEquals(kept, rooms.map((_, index) => index < 2 ? 0 : 1));
});

Deno.test("LocalHub counts a room anew that somebody was in again", () => {
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

Deno.test("LocalHub keeps no more than 64 MiB of empty rooms", () => {
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

Deno.test("Space.keep() forgets what is kept no more, also of empty rooms", () => {
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

Deno.test("Space.keep() makes space for other empty rooms where it forgets", () => {
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

Deno.test("Space.keep() with 0, as at first, keeps nothing", () => {
  const histories = new Histories();
  histories.enter("room", 3);
  histories.add("room", "a");
  histories.keep(3);
  assertEquals(histories.enter("room", 3), []);
});

Deno.test("RoomLog numbers messages from 1 on, also those that it has forgotten", () => {
  const log = new RoomLog();
  assertEquals([log.first, log.next], [1, 1]);
  log.add(new Batch(false, new TextEncoder().encode("abc"), [0, 1, 1, 2, 2, 3]), 2);
  log.add(Batch.of("d"), 2);
  assertEquals([log.first, log.next], [3, 5]);
  const after = (seen?: Mark, count = 9) => log.after(seen, count).flatMap((batch) => [...batch]);
  const ours = (number: number) => after({ log: log.id, number });
  assertEquals([ours(0), ours(2), ours(3), ours(4), ours(9)], [
    ["c", "d"],
    ["c", "d"],
    ["d"],
    [],
    [],
  ]);
  // Not more than who comes for the first time gets, and of another log nothing is known.
  assertEquals(after({ log: log.id, number: 0 }, 1), ["d"]);
  assertEquals(after({ log: "another", number: 3 }), ["c", "d"]);
  assertEquals(after(), ["c", "d"]);
});

Deno.test("LocalHub remembers what was said in a room that nobody is in, within the same bounds", () => {
  const histories = new Histories();
  histories.keep(1);
  const rooms = Array.from({ length: MAX_EMPTY_ROOMS + 2 }, (_, index) => `${index}`);
  for (const room of rooms) for (const message of ["a", "b"]) histories.add(room, message);
  const kept = rooms.map((room) => histories.enter(room, 1).length);
  assertEquals(kept, rooms.map((_, index) => index < 2 ? 0 : 1));
});
