import { assertEquals } from "@std/assert";
import type { Bus } from "../../lib/bus/bus.ts";
import { Announcer } from "../../lib/hub/announcer.ts";
import { type Presence, readPresence } from "../../lib/hub/presence.ts";

/** An announcer, and what it has told. */
function announcing(ids: ReadonlySet<string>): { announcer: Announcer; told: Presence[] } {
  const told: Presence[] = [];
  const bus: Partial<Bus> = {
    cast: (_, payload) => void told.push(readPresence(payload) as Presence),
  };
  const room = {
    topic: "room:/a",
    ids,
    get here() {
      return ids.size;
    },
    isWatched: false,
  };
  let version = 0;
  return { announcer: new Announcer(room, bus as Bus, () => ++version), told };
}

Deno.test("Announcer tells who is there in place of more changes than it keeps", () => {
  const ids = new Set(["a"]);
  const { announcer, told } = announcing(ids);
  for (let time = 0; time < 10_000; time++) announcer.changed([time % 2 ? "-" : "+", "b"]);
  ids.add("c");
  announcer.changed(["+", "c"]);
  assertEquals(announcer.waits, true);
  announcer.tell(true);
  assertEquals(told.map(({ members, changes, ids }) => ({ members, changes, ids })), [
    { members: 2, changes: [], ids: ["a", "c"] },
  ]);
  assertEquals(announcer.waits, false);
});

Deno.test("Announcer tells changes in parts, each with the number of members behind it", () => {
  const ids = new Set(Array.from({ length: 1_500 }, (_, at) => `id${at}`));
  const { announcer, told } = announcing(ids);
  for (const id of ids) announcer.changed(["+", id]);
  announcer.tell(true);
  assertEquals(told.map(({ members, changes, ids }) => [members, changes.length, ids]), [
    [1_000, 1_000, undefined],
    [1_500, 500, undefined],
  ]);
});
