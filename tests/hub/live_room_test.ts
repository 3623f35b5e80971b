import { assertEquals } from "@std/assert";
import { Batch, type Message } from "../../lib/base/batch.ts";
import type { Member } from "../../lib/contract.ts";
import { chosenName } from "../../lib/hub/chosen_name.ts";
import { LocalHub } from "../../lib/hub/local_hub.ts";

/** Somebody who remembers what was sent, and may do something at it. */
function member(id: string, then: () => void = () => {}): Member & { readonly sent: Message[] } {
  const sent: Message[] = [];
  return {
    id,
    sent,
    deliver(batch) {
      sent.push(...batch);
      then();
    },
    replay(past) {
      for (const batch of past) sent.push(...batch);
    },
  };
}

const say = (hub: LocalHub, room: string, message: Message, from?: string): number =>
  hub.room(room).publish(Batch.of(message), from === undefined ? undefined : new Set([from]));

Deno.test("LiveRoom.publish() sends to the members of the room alone, and counts them", () => {
  const hub = new LocalHub();
  const [one, two, other] = [member("1"), member("2"), member("3")];
  hub.room("room").join(one);
  hub.room("room").join(two);
  hub.room("other").join(other);
  assertEquals(say(hub, "room", "a"), 2);
  assertEquals(say(hub, "room", Uint8Array.of(1)), 2);
  assertEquals(say(hub, "nobody", "b"), 0);
  assertEquals([one.sent, two.sent, other.sent], [
    ["a", Uint8Array.of(1)],
    ["a", Uint8Array.of(1)],
    [],
  ]);
});

Deno.test("LiveRoom.publish() sends to all messages of a batch, framed once", () => {
  const hub = new LocalHub();
  const frames: Uint8Array[] = [];
  const batches = { deliver: (batch: Batch) => void frames.push(batch.frames), replay() {} };
  for (const id of ["1", "2"]) hub.room("room").join({ id, ...batches });
  hub.room("room").publish(new Batch(false, new TextEncoder().encode("a\nb\n"), [0, 1, 2, 3]));
  assertEquals(frames[0], Uint8Array.of(0x81, 1, 97, 0x81, 1, 98));
  assertEquals(frames[0] === frames[1], true);
});

Deno.test("LiveRoom.publish() leaves out who is excepted", () => {
  const hub = new LocalHub();
  const [one, two] = [member("1"), member("2")];
  for (const each of [one, two]) hub.room("room").join(each);
  assertEquals(say(hub, "room", "a", "1"), 1);
  assertEquals(say(hub, "room", "b", "3"), 2);
  assertEquals([one.sent, two.sent], [["b"], ["a", "b"]]);
});

Deno.test("LiveRoom.publish() sends once to who has joined twice", () => {
  const hub = new LocalHub();
  const one = member("1");
  hub.room("room").join(one);
  hub.room("room").join(one);
  assertEquals([say(hub, "room", "a"), hub.room("room").size], [1, 1]);
  hub.room("room").leave(one);
  assertEquals([say(hub, "room", "b"), one.sent], [0, ["a"]]);
});

Deno.test("LiveRoom.publish() goes on when members leave meanwhile", () => {
  const hub = new LocalHub();
  const leave = (...ids: string[]) => () => ids.forEach((id) => hub.room("room").leave({ id }));
  const members = [member("1", leave("1", "3")), member("2"), member("3"), member("4", leave("4"))];
  for (const each of members) hub.room("room").join(each);
  assertEquals(say(hub, "room", "a"), 3);
  assertEquals(say(hub, "room", "b"), 1);
  assertEquals(members.map((each) => each.sent), [["a"], ["a", "b"], [], ["a"]]);
});

Deno.test("LiveRoom.publish() may be called while it publishes", () => {
  const hub = new LocalHub();
  const one = member("1", () => {
    if (one.sent.length === 1) say(hub, "room", "inner");
  });
  const two = member("2");
  for (const each of [one, two]) hub.room("room").join(each);
  say(hub, "room", "outer");
  assertEquals([one.sent, two.sent], [["outer", "inner"], ["inner", "outer"]]);
});

Deno.test("LiveRoom.leave() does nothing where somebody is not in", () => {
  const hub = new LocalHub();
  const one = member("1");
  hub.room("room").join(one);
  hub.room("room").leave({ id: "2" });
  hub.room("other").leave(one);
  assertEquals([hub.room("room").size, hub.room("other").size], [1, 0]);
});

Deno.test("LiveRoom.members are in the order in which they came", () => {
  const hub = new LocalHub();
  const room = hub.room("room");
  for (const id of ["b", "a", "c"]) room.join(member(id));
  room.leave({ id: "b" });
  room.join(member("b"));
  assertEquals(Array.from(room.members, ({ id }) => id), ["a", "c", "b"]);
});

Deno.test("LiveRoom tells who watches of who joins and leaves, itself included", () => {
  const hub = new LocalHub();
  const [ann, bob] = [member("ann"), member("bob")];
  const room = hub.room("room");
  room.join(ann, { watches: true });
  room.join(bob);
  room.leave(ann);
  say(hub, "room", "a");
  assertEquals(ann.sent.map((text) => JSON.parse(String(text))), [
    { type: "join", id: "ann", room: "room", members: 1 },
    { type: "join", id: "bob", room: "room", members: 2 },
  ]);
  assertEquals(bob.sent, ["a"]);
});

const NAMES: [text: string, name: string][] = [
  ["lobby", "lobby"],
  ["", ""],
  ["a/b", "a/b"],
  ["/chat", ".//chat"],
  ["./chat", "././chat"],
  [".chat", ".chat"],
  ["..", ".."],
];
for (const [text, name] of NAMES) {
  Deno.test(`chosenName() of "${text}" is that of no path, and shown as it is`, () => {
    assertEquals(chosenName(text), name);
    const one = member("1");
    new LocalHub().room(name).join(one, { watches: true });
    assertEquals(JSON.parse(String(one.sent[0])).room, text);
  });
}
