import { assert, assertEquals } from "@std/assert";
import { broadcast } from "../../lib/handlers/broadcast.ts";
import type { Handler } from "../../lib/contract.ts";
import { CapturedLog } from "../base/captured_log.ts";
import type { RequestChanges } from "../base/fake_request.ts";
import { settle } from "../base/fake_timers.ts";
import { FakeConnection } from "../support/fake_connection.ts";
import { Talk, together } from "./talk.ts";

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
  handler.start?.(together(handler));
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
  const none = broadcast();
  const some = broadcast({ history: 2 });
  const all = broadcast({ history: Infinity });
  const place = together(none, some, all);
  for (const handler of [none, some, all]) handler.start?.(place);
  const one = await enter(none);
  for (const message of ["a", "b", "c"]) one.say(message);
  const seen = [none, some, all].map(async (handler) => (await enter(handler)).connection.sent);
  assertEquals(await Promise.all(seen), [[], ["b", "c"], ["a", "b", "c"]]);
});

Deno.test("broadcast() keeps no history for a route that was disposed", async () => {
  const [long, short] = [broadcast({ history: 9 }), broadcast({ history: 1 })];
  const other = broadcast({ history: 9 });
  long.start?.(together(long, short, other));
  const one = await enter(short);
  for (const message of ["a", "b"]) one.say(message);
  await long[Symbol.asyncDispose]?.();
  await long[Symbol.asyncDispose]?.();
  assertEquals((await enter(other)).connection.sent, ["b"]);
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
  const [watching, quiet] = [broadcast({ presence: true }), broadcast()];
  together(watching, quiet);
  const ann = await enter(watching, {}, "ann");
  const bob = await enter(quiet, {}, "bob");
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
  const [speaking, viewing] = [broadcast({ history: 9 }), broadcast({ history: 9, write: false })];
  together(speaking, viewing);
  const speaker = await enter(speaking);
  const viewer = await enter(viewing);
  speaker.say("a");
  viewer.say("b");
  assertEquals(await viewer.connection.closed, "1008 Messages are not allowed here");
  assertEquals([speaker.connection.sent, viewer.connection.sent], [["a"], ["a"]]);
  assertEquals(log.messages, [
    "ERROR websocket: The client sent a message where it may only read",
  ]);
  assertEquals((await enter(speaking)).connection.sent, ["a"]);
});

Deno.test("broadcast() has a client that reads slowly dealt with as its option says", async () => {
  for (const slow of ["close", "drop-oldest", "latest"] as const) {
    const { admission } = await enter(broadcast({ slow }));
    assertEquals(admission.slow, slow);
  }
});

Deno.test("broadcast() goes on when a member leaves while it is sent to", async () => {
  const handler = broadcast({ presence: true });
  const talks = [await enter(handler), await enter(handler), await enter(handler)];
  const connection = talks[1]?.connection as FakeConnection;
  const { send } = connection;
  connection.send = (data) => {
    send.call(connection, data);
    if (connection.sent.at(-1) === "a") talks.slice(1).forEach((talk) => talk.leave());
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
