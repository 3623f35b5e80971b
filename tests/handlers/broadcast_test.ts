import { assertEquals } from "@std/assert";
import { broadcast } from "../../lib/handlers/broadcast.ts";
import { FakeConnection } from "../support/fake_connection.ts";
import { Talk } from "./talk.ts";

/** Members of rooms by their paths, all at one handler. */
function enter(...paths: string[]): Promise<Talk[]> {
  const handler = broadcast();
  return Promise.all(
    paths.map((path, index) => Talk.open(handler, { path }, new FakeConnection(`fake-${index}`))),
  );
}

/** What each of them was sent. */
function sentTo(members: readonly Talk[]): unknown {
  return members.map((member) => member.connection.sent);
}

Deno.test("broadcast() sends to all members of a room, the sender included", async () => {
  const members = await enter("/room", "/room", "/room");
  members[0]?.say("a");
  members[2]?.say("b");
  assertEquals(sentTo(members), [["a", "b"], ["a", "b"], ["a", "b"]]);
});

Deno.test("broadcast() leaves text text and bytes bytes", async () => {
  const members = await enter("/", "/");
  const messages = ["é", Uint8Array.of(0, 255), "", Uint8Array.of()];
  for (const message of messages) members[1]?.say(message);
  assertEquals(sentTo(members), [messages, messages]);
});

const OTHER_ROOMS = ["/", "/room/", "/Room", "/room/sub", "//room"];
for (const path of OTHER_ROOMS) {
  Deno.test(`broadcast() keeps the rooms /room and ${path} apart`, async () => {
    const members = await enter("/room", path);
    members[0]?.say("a");
    members[1]?.say("b");
    assertEquals(sentTo(members), [["a"], ["b"]]);
  });
}

Deno.test("broadcast() has one room for a path, whatever the query is", async () => {
  const handler = broadcast();
  await using one = await Talk.open(handler, { path: "/room", query: "name=one" });
  const connection = new FakeConnection("fake-2");
  await using other = await Talk.open(
    handler,
    { path: "/room", query: "name=other" },
    connection,
  );
  one.say("a");
  assertEquals(other.connection.sent, ["a"]);
});

Deno.test("broadcast() sends what is posted to who has come while it was read", async () => {
  const handler = broadcast({ history: 1 });
  const post = await Talk.open(handler, { path: "/room", method: "POST" });
  await using member = await Talk.open(handler, { path: "/room" }, new FakeConnection("fake-2"));
  for (const text of ["a", "b"]) post.say(text);
  post.leave();
  member.say("c");
  assertEquals(member.connection.sent, ["a", "b", "c"]);
});

Deno.test("broadcast() sends nothing to who has left", async () => {
  const members = await enter("/room", "/room");
  members[0]?.leave();
  members[1]?.say("a");
  assertEquals(sentTo(members), [[], ["a"]]);
});

Deno.test("broadcast() opens a room again that everybody had left", async () => {
  const handler = broadcast();
  const first = await Talk.open(handler, { path: "/room" });
  first.leave();
  await using second = await Talk.open(handler, { path: "/room" }, new FakeConnection("fake-2"));
  await using third = await Talk.open(handler, { path: "/room" }, new FakeConnection("fake-3"));
  second.say("a");
  assertEquals(sentTo([first, second, third]), [[], ["a"], ["a"]]);
});

Deno.test("broadcast() is a set of rooms of its own each time", async () => {
  await using one = await Talk.open(broadcast(), { path: "/room" });
  await using other = await Talk.open(broadcast(), { path: "/room" });
  one.say("a");
  assertEquals(other.connection.sent, []);
});

Deno.test("broadcast() sends what is posted to who has come since, and nothing to who posts", async () => {
  const handler = broadcast();
  await using post = await Talk.open(handler, { path: "/room", method: "POST" });
  await using member = await Talk.open(handler, { path: "/room" }, new FakeConnection("fake-2"));
  post.say("a");
  assertEquals(sentTo([post, member]), [[], ["a"]]);
});
