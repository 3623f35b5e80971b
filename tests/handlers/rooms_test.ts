import { assertEquals } from "@std/assert";
import { type Member, Rooms } from "../../lib/handlers/rooms.ts";

/** Somebody who remembers what was sent, and may do something at it. */
function member(id: string, then: () => void = () => {}): Member & { readonly sent: unknown[] } {
  const sent: unknown[] = [];
  return {
    connection: { id },
    sent,
    send(data) {
      sent.push(data);
      then();
    },
  };
}

Deno.test("Rooms.publish() sends to the members of the room alone, and counts them", () => {
  const rooms = new Rooms();
  const [one, two, other] = [member("1"), member("2"), member("3")];
  rooms.join("room", one);
  rooms.join("room", two);
  rooms.join("other", other);
  assertEquals(rooms.publish("room", "a", "1"), 2);
  assertEquals(rooms.publish("room", Uint8Array.of(1), "3"), 2);
  assertEquals(rooms.publish("nobody", "b", "1"), 0);
  assertEquals([one.sent, two.sent, other.sent], [
    ["a", Uint8Array.of(1)],
    ["a", Uint8Array.of(1)],
    [],
  ]);
});

Deno.test("Rooms.publish() with echo: false leaves out who publishes", () => {
  const rooms = new Rooms();
  const [one, two] = [member("1"), member("2")];
  for (const each of [one, two]) rooms.join("room", each);
  assertEquals(rooms.publish("room", "a", "1", { echo: false }), 1);
  assertEquals(rooms.publish("room", "b", undefined, { echo: false }), 2);
  assertEquals([one.sent, two.sent], [["b"], ["a", "b"]]);
});

Deno.test("Rooms.publish() sends once to who has joined twice", () => {
  const rooms = new Rooms();
  const one = member("1");
  rooms.join("room", one);
  rooms.join("room", one);
  assertEquals([rooms.publish("room", "a"), rooms.size("room")], [1, 1]);
  rooms.leave("room", "1");
  assertEquals([rooms.publish("room", "b"), one.sent], [0, ["a"]]);
});

Deno.test("Rooms.publish() goes on when members leave meanwhile", () => {
  const rooms = new Rooms();
  const leave = (...ids: string[]) => () => ids.forEach((id) => rooms.leave("room", id));
  const members = [member("1", leave("1", "3")), member("2"), member("3"), member("4", leave("4"))];
  for (const each of members) rooms.join("room", each);
  assertEquals(rooms.publish("room", "a"), 3);
  assertEquals(rooms.publish("room", "b"), 1);
  assertEquals(members.map((each) => each.sent), [["a"], ["a", "b"], [], ["a"]]);
});

Deno.test("Rooms.publish() may be called while it publishes", () => {
  const rooms = new Rooms();
  const one = member("1", () => {
    if (one.sent.length === 1) rooms.publish("room", "inner");
  });
  const two = member("2");
  for (const each of [one, two]) rooms.join("room", each);
  rooms.publish("room", "outer");
  assertEquals([one.sent, two.sent], [["outer", "inner"], ["inner", "outer"]]);
});

Deno.test("Rooms.leave() does nothing where somebody is not in", () => {
  const rooms = new Rooms();
  rooms.join("room", member("1"));
  rooms.leave("room", "2");
  rooms.leave("other", "1");
  assertEquals([rooms.size("room"), rooms.size("other")], [1, 0]);
});

Deno.test("Rooms.members() has them in the order in which they came", () => {
  const rooms = new Rooms();
  for (const id of ["b", "a", "c"]) rooms.join("room", member(id));
  rooms.leave("room", "b");
  rooms.join("room", member("b"));
  assertEquals(Array.from(rooms.members("room"), (each) => each.connection.id), ["a", "c", "b"]);
  assertEquals([...rooms.members("other")], []);
});
