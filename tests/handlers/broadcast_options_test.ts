import { assert, assertEquals } from "@std/assert";
import { SLOW_MARK } from "../../lib/base/limits.ts";
import { broadcast, type BroadcastOptions } from "../../lib/handlers/broadcast.ts";
import type { Handler } from "../../lib/handlers/handler.ts";
import { Space } from "../../lib/handlers/space.ts";
import { CapturedLog } from "../base/captured_log.ts";
import type { RequestChanges } from "../base/fake_request.ts";
import { settle } from "../base/fake_timers.ts";
import { FakeConnection } from "../support/fake_connection.ts";
import { Talk } from "./talk.ts";

let ids = 0;

/** Somebody with an id of his own. */
function enter(handler: Handler, changes: RequestChanges = {}, id = `id-${++ids}`): Promise<Talk> {
  return Talk.open(handler, changes, new FakeConnection(id));
}

const room = (name: string): RequestChanges => ({ path: `/x/${name}`, params: { room: name } });

Deno.test("broadcast() has the parameter room for its room, whatever the path is", async () => {
  const handler = broadcast();
  const one = await enter(handler, { path: "/watch/red", params: { room: "red" } });
  const two = await enter(handler, { path: "/speak/red", params: { room: "red" } });
  const other = await enter(handler, { path: "/watch/red", params: { room: "blue" } });
  two.say("a");
  assertEquals([one, two, other].map((talk) => talk.connection.sent), [["a"], ["a"], []]);
});

Deno.test("broadcast() tells a parameter from a path that reads the same", async () => {
  const handler = broadcast();
  const one = await enter(handler, { path: "/chat" });
  const two = await enter(handler, { path: "/x/%2Fchat", params: { room: "/chat" } });
  const three = await enter(handler, { path: "/", params: { room: "" } });
  for (const talk of [one, two, three]) talk.say(talk.connection.id);
  for (const { connection } of [one, two, three]) assertEquals(connection.sent, [connection.id]);
});

Deno.test("broadcast() with history sends a new client the last messages first", async () => {
  const handler = broadcast({ history: 3 });
  const one = await enter(handler);
  for (const message of ["a", "b", Uint8Array.of(0, 255), ""]) one.say(message);
  const two = await enter(handler);
  one.say("now");
  assertEquals(two.connection.sent, ["b", Uint8Array.of(0, 255), "", "now"]);
  const other = await enter(handler, { path: "/other" });
  assertEquals(other.connection.sent, []);
});

Deno.test("broadcast() with history remembers a room that everybody has left", async () => {
  const handler = broadcast({ history: 1 });
  const one = await enter(handler);
  one.say("a");
  one.leave();
  assertEquals((await enter(handler)).connection.sent, ["a"]);
});

Deno.test("broadcast() with history remembers again when it is taken up after it was disposed", async () => {
  const handler = broadcast({ history: 1 });
  await handler[Symbol.asyncDispose]?.();
  handler.start?.();
  (await enter(handler)).say("a");
  assertEquals((await enter(handler)).connection.sent, ["a"]);
});

Deno.test("broadcast() with history sends all of it, however slow clients are dealt with", async () => {
  const large = "x".repeat(10_000);
  for (const slow of ["close", "drop-oldest", "latest"] as const) {
    const handler = broadcast({ history: 1000, slow });
    const one = await enter(handler);
    for (let count = 0; count < 500; count++) one.say(large);
    const two = await enter(handler);
    await settle();
    assertEquals(two.connection.sent.length, 500);
  }
});

Deno.test("broadcast() without history has none, also where another route of the space has", async () => {
  const space = new Space();
  const none = broadcast({ space });
  const some = broadcast({ space, history: 2 });
  const all = broadcast({ space, history: Infinity });
  for (const handler of [none, some, all]) handler.start?.();
  const one = await enter(none);
  for (const message of ["a", "b", "c"]) one.say(message);
  const seen = [none, some, all].map(async (handler) => (await enter(handler)).connection.sent);
  assertEquals(await Promise.all(seen), [[], ["b", "c"], ["a", "b", "c"]]);
});

Deno.test("broadcast() keeps no history for a route that was disposed", async () => {
  const space = new Space();
  const [long, short] = [broadcast({ space, history: 9 }), broadcast({ space, history: 1 })];
  long.start?.();
  const one = await enter(short);
  for (const message of ["a", "b"]) one.say(message);
  await long[Symbol.asyncDispose]?.();
  await long[Symbol.asyncDispose]?.();
  assertEquals((await enter(broadcast({ space, history: 9 }))).connection.sent, ["b"]);
});

Deno.test("broadcast() with echo: false sends to all but the sender", async () => {
  const handler = broadcast({ echo: false, history: 9 });
  const talks = [await enter(handler), await enter(handler), await enter(handler)];
  talks[1]?.say("a");
  assertEquals(talks.map((talk) => talk.connection.sent), [["a"], [], ["a"]]);
  // It is history like every other.
  assertEquals((await enter(handler)).connection.sent, ["a"]);
});

Deno.test("broadcast() with presence tells everybody who joins and leaves, also who joins", async () => {
  const handler = broadcast({ presence: true, history: 9 });
  const ann = await enter(handler, room("red"), "ann");
  const bob = await enter(handler, room("red"), "bob");
  const eve = await enter(handler, room("blue"), "eve");
  ann.say("hi");
  bob.leave();
  assertEquals(ann.connection.sent, [
    '{"type":"join","id":"ann","room":"red","members":1}',
    '{"type":"join","id":"bob","room":"red","members":2}',
    "hi",
    '{"type":"leave","id":"bob","room":"red","members":1}',
  ]);
  assertEquals(bob.connection.sent, [
    '{"type":"join","id":"bob","room":"red","members":2}',
    "hi",
  ]);
  assertEquals(eve.connection.sent, ['{"type":"join","id":"eve","room":"blue","members":1}']);
  // Notices are no history, and what was said comes before them.
  const tom = await enter(handler, room("red"), "tom");
  assertEquals(tom.connection.sent, [
    "hi",
    '{"type":"join","id":"tom","room":"red","members":2}',
  ]);
});

Deno.test("broadcast() with presence names a room that is a path by its path", async () => {
  const talk = await enter(broadcast({ presence: true }), { path: '/a "b"' }, "ann");
  assertEquals(talk.connection.sent, [
    '{"type":"join","id":"ann","room":"/a \\"b\\"","members":1}',
  ]);
});

Deno.test("broadcast() with presence tells of clients of other routes, and not them", async () => {
  const space = new Space();
  const ann = await enter(broadcast({ space, presence: true }), {}, "ann");
  const bob = await enter(broadcast({ space }), {}, "bob");
  bob.leave();
  assertEquals(ann.connection.sent.map((text) => JSON.parse(String(text))), [
    { type: "join", id: "ann", room: "/", members: 1 },
    { type: "join", id: "bob", room: "/", members: 2 },
    { type: "leave", id: "bob", room: "/", members: 1 },
  ]);
  assertEquals(bob.connection.sent, []);
});

Deno.test("broadcast() with write: false closes a client that sends with 1008, and says so", async () => {
  using log = new CapturedLog();
  const space = new Space();
  const speaker = await enter(broadcast({ space, history: 9 }));
  const viewer = await enter(broadcast({ space, history: 9, write: false }));
  speaker.say("a");
  viewer.say("b");
  assertEquals(await viewer.connection.closed, "1008 Messages are not allowed here");
  assertEquals([speaker.connection.sent, viewer.connection.sent], [["a"], ["a"]]);
  assertEquals(log.messages, [
    "ERROR websocket: The client sent a message where it may only read",
  ]);
  assertEquals((await enter(broadcast({ space, history: 9 }))).connection.sent, ["a"]);
});

const SLOW: [slow: NonNullable<BroadcastOptions["slow"]>, sent: string[]][] = [
  ["drop-oldest", ["1", "2", "3"]],
  ["latest", ["3"]],
];
for (const [slow, sent] of SLOW) {
  Deno.test(`broadcast() with slow: ${slow} holds back for a slow client, and for no other`, async () => {
    const handler = broadcast({ slow });
    const talks = [await enter(handler), await enter(handler), await enter(handler)];
    const connection = talks[1]?.connection as FakeConnection;
    connection.bufferedAmount = SLOW_MARK + 1;
    for (const message of ["1", "2", "3"]) talks[0]?.say(message);
    const seen = talks.map((talk) => talk.connection.sent.length);
    assertEquals(seen, [3, 0, 3]);
    connection.drain();
    await settle();
    assertEquals(connection.sent, sent);
  });
}

Deno.test("broadcast() goes on when the connection of one member throws", async () => {
  using log = new CapturedLog("error");
  const handler = broadcast();
  const talks = [await enter(handler), await enter(handler), await enter(handler)];
  const connection = talks[1]?.connection as FakeConnection;
  connection.send = () => {
    throw new Error("broken");
  };
  talks[0]?.say("a");
  talks[1]?.leave();
  talks[2]?.say("b");
  assertEquals(talks.map((talk) => talk.connection.sent), [["a", "b"], [], ["a", "b"]]);
  assertEquals(await connection.closed, "1011 Internal error");
  assertEquals(log.messages, ["ERROR session: Cannot send: broken"]);
});

Deno.test("broadcast() goes on when a member leaves while it is sent to", async () => {
  const handler = broadcast({ presence: true });
  const talks = [await enter(handler), await enter(handler), await enter(handler)];
  const connection = talks[1]?.connection as FakeConnection;
  const { send } = connection;
  connection.send = (data) => {
    send.call(connection, data);
    if (data === "a") talks.slice(1).forEach((talk) => talk.leave());
  };
  talks[0]?.say("a");
  const seen = talks.map((talk) => talk.connection.sent.map(String));
  assertEquals(seen[0]?.map((text) => text[0] === "{" ? JSON.parse(text).type : text), [
    "join",
    "join",
    "join",
    "a",
    "leave",
    "leave",
  ]);
  assertEquals([seen[1]?.at(-1), seen[2]?.includes("a")], ["a", false]);
});

Deno.test("broadcast() with a thousand members loses nothing", async () => {
  const handler = broadcast();
  const talks = await Promise.all(Array.from({ length: 1000 }, () => enter(handler)));
  talks.forEach((talk, index) => index % 100 === 0 && talk.say(`from ${index}`));
  const expected = Array.from({ length: 10 }, (_, index) => `from ${100 * index}`);
  assert(talks.every(({ connection: { sent } }) => sent.join() === expected.join()));
});
