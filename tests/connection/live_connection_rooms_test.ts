import { assertEquals } from "@std/assert";
import { MAX_UNSENT } from "../../lib/base/limits.ts";
import { LocalHub } from "../../lib/hub/local_hub.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { FakeTimers } from "../base/fake_timers.ts";
import { opened, type Opening } from "./opening.ts";

/** Open connections of one server. */
function server(count: number): { hub: LocalHub; openings: Opening[] } {
  const hub = new LocalHub();
  const openings = Array.from({ length: count }, (_, index) => {
    return opened(undefined, { hub, id: `id-${index}` });
  });
  return { hub, openings };
}

function sentTo(openings: readonly Opening[]): unknown {
  return openings.map(({ socket }) => socket.sent);
}

Deno.test("LiveConnection.publish() sends to who has joined, from inside and from outside", () => {
  const { openings } = server(3);
  const [one, two, three] = openings.map(({ connection }) => connection);
  one?.join("room");
  two?.join("room");
  assertEquals(one?.publish("room", "a"), 2);
  assertEquals(three?.publish("room", Uint8Array.of(1)), 2);
  assertEquals(three?.publish("nobody", "b"), 0);
  assertEquals(sentTo(openings), [["a", Uint8Array.of(1)], ["a", Uint8Array.of(1)], []]);
  for (const { connection } of openings) connection.closed(1000, "");
});

Deno.test("LiveConnection.publish() with echo: false leaves itself out", () => {
  const { openings } = server(2);
  for (const { connection } of openings) connection.join("room");
  assertEquals(openings[0]?.connection.publish("room", "a", { echo: false }), 1);
  assertEquals(sentTo(openings), [[], ["a"]]);
  for (const { connection } of openings) connection.closed(1000, "");
});

Deno.test("LiveConnection.leave() leaves one room, and may be called in vain", () => {
  const { hub, openings } = server(1);
  const { connection, socket } = openings[0] as Opening;
  for (const room of ["a", "b"]) connection.join(room);
  connection.join("a");
  connection.leave("a");
  connection.leave("a");
  connection.leave("c");
  assertEquals([connection.publish("a", "1"), connection.publish("b", "2")], [0, 1]);
  assertEquals([socket.sent, hub.room("a").size, hub.room("b").size], [["2"], 0, 1]);
  connection.closed(1000, "");
});

const ENDS: [how: string, end: (opening: Opening) => void][] = [
  ["it closes", ({ connection }) => connection.close()],
  ["the server ends it", ({ connection }) => connection.end(1001, "")],
  ["its socket closes", ({ connection }) => connection.closed(1006, "")],
  ["a message is too large", ({ connection }) => connection.tooLarge()],
];
for (const [how, end] of ENDS) {
  Deno.test(`LiveConnection leaves all rooms when ${how}`, () => {
    using _log = new CapturedLog();
    const { hub, openings } = server(2);
    const [one, two] = openings as [Opening, Opening];
    for (const room of ["a", "b", "c"]) one.connection.join(room);
    two.connection.join("a");
    end(one);
    assertEquals(["a", "b", "c"].map((room) => hub.room(room).size), [1, 0, 0]);
    assertEquals([two.connection.publish("a", "1"), one.socket.sent], [1, []]);
    // Nor does it enter one any more.
    one.connection.join("a");
    assertEquals(hub.room("a").size, 1);
    for (const { connection } of openings) connection.closed(1000, "");
  });
}

Deno.test("LiveConnection may publish when it has ended, as in its close", () => {
  const { hub, openings } = server(1);
  const { connection, socket } = openings[0] as Opening;
  connection.join("room");
  const other = opened(() => ({ close: () => void other.connection.publish("room", "bye") }), {
    hub,
    id: "other",
  });
  other.connection.closed(1006, "");
  assertEquals(socket.sent, ["bye"]);
  connection.closed(1000, "");
});

Deno.test("LiveConnection that is behind is closed with 1013, and the others get everything", async () => {
  using timers = new FakeTimers();
  using log = new CapturedLog("error");
  const { hub, openings } = server(3);
  for (const { connection } of openings) connection.join("room");
  const [one, two, three] = openings as [Opening, Opening, Opening];
  const publish = (data: string) => one.connection.publish("room", data);
  const first = publish("a");
  two.socket.bufferedAmount = MAX_UNSENT + 1;
  assertEquals([first, publish("b")], [3, 3]);
  await timers.pass(250);
  assertEquals(publish("c"), 2);
  assertEquals([one.socket.sent, three.socket.sent], [["a", "b", "c"], ["a", "b", "c"]]);
  assertEquals([two.socket.sent, two.socket.closed], [["a"], ["1013 Reads too slowly"]]);
  assertEquals([log.messages.length, hub.room("room").size], [1, 2]);
  for (const { connection } of openings) connection.closed(1000, "");
});

Deno.test("LiveConnection counts as its handler's until it is closed", () => {
  const opening = opened();
  opening.connection.close();
  assertEquals(opening.left, 0);
  opening.connection.closed(1000, "");
  opening.connection.closed(1000, "");
  assertEquals(opening.left, 1);
});

Deno.test("LiveConnection.subprotocol is what was agreed on", () => {
  for (const subprotocol of ["", "chat"]) {
    const { connection } = opened(undefined, { subprotocol });
    assertEquals(connection.subprotocol, subprotocol);
    connection.closed(1000, "");
  }
});
