import { assertEquals } from "@std/assert";
import { CapturedLog } from "../base/captured_log.ts";
import { FakeTransport } from "./fake_transport.ts";
import { opened } from "./opening.ts";

Deno.test("LiveConnection.missed() closes with 1013 and says how many, where nothing may be dropped", () => {
  const counts = [[1, "1 message was"], [12, "12 messages were"], [
    undefined,
    "Messages were",
  ]] as const;
  for (const [count, what] of counts) {
    const { connection, socket, told } = opened();
    connection.missed(count);
    assertEquals(socket.closed, [`1013 ${what} missed`]);
    connection.closed(1013, "");
    assertEquals(told, ["open", `close 1013 ${what} missed`]);
  }
});

Deno.test("LiveConnection.missed() counts where messages may be dropped", () => {
  const { connection, socket } = opened(undefined, { slow: "drop-oldest" });
  connection.missed(12);
  connection.missed(undefined);
  assertEquals([socket.closed, connection.facts?.carried.dropped], [[], 13]);
  connection.closed(1000, "");
});

Deno.test("LiveConnection.apart() closes with 1013 where its route wants that, and nowhere else", () => {
  const strict = opened(undefined, { away: "close" });
  const lax = opened();
  for (const { connection } of [strict, lax]) connection.apart();
  assertEquals([strict.socket.closed, lax.socket.closed], [
    ["1013 The other servers cannot be reached"],
    [],
  ]);
  for (const { connection } of [strict, lax]) connection.closed(1000, "");
});

Deno.test("LiveConnection.hold() does not read its client until all it waits for has come", async () => {
  const { connection, socket } = opened();
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  connection.hold(first.promise);
  connection.hold(second.promise);
  connection.resume();
  first.resolve();
  await Promise.resolve();
  assertEquals(socket.told, ["pause", "pause"]);
  second.resolve();
  await Promise.resolve();
  assertEquals(socket.told, ["pause", "pause", "resume"]);
  connection.closed(1000, "");
});

Deno.test("LiveConnection.hold() leaves a connection paused that its handler has paused", async () => {
  const { connection, socket } = opened();
  connection.pause();
  connection.hold(Promise.resolve());
  await Promise.resolve();
  await Promise.resolve();
  assertEquals(socket.told, ["pause", "pause"]);
  connection.resume();
  assertEquals(socket.told, ["pause", "pause", "resume"]);
  connection.closed(1000, "");
});

Deno.test("LiveConnection.hold() closes with 1013 where the engine cannot hold back", () => {
  using _log = new CapturedLog();
  class Unstoppable extends FakeTransport {
    override pause(): boolean {
      return false;
    }
  }
  const { connection, socket } = opened(undefined, { socket: new Unstoppable() });
  connection.hold(new Promise(() => {}));
  assertEquals(socket.closed, ["1013 Sends more than the servers take"]);
  connection.closed(1013, "");
});
