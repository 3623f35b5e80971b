import { assertEquals } from "@std/assert";
import { Batch } from "../../lib/base/batch.ts";
import { Rounds } from "../../lib/base/rounds.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { FakeTimers } from "../base/fake_timers.ts";
import { FakeTransport } from "./fake_transport.ts";
import { opened } from "./opening.ts";

const SLOW = { messageRate: { perSecond: 0.001, burst: 1 } };

Deno.test("LiveConnection holds back a client that sends too fast, and tells its handler all at the end", () => {
  using log = new CapturedLog("error");
  const opening = opened(() => {}, { limits: SLOW });
  const { connection, socket, told } = opening;
  for (const text of ["a", "b", "c"]) opening.receive(text);
  assertEquals([told, socket.told], [["open", "message a"], ["pause"]]);
  connection.closed(1006, "");
  assertEquals(told, ["open", "message a", "message b", "message c", "close 1006"]);
  assertEquals(log.messages, [
    "ERROR websocket: The client is held back: it sends too fast (messagerate)",
  ]);
});

Deno.test("LiveConnection tells its handler of what waits before it tells that the client closes", () => {
  const closing = (code: number) => void opening.told.push(`closing ${code}`);
  const opening = opened(() => ({ closing }), { limits: SLOW });
  for (const text of ["a", "b"]) opening.receive(text);
  opening.connection.closing(1000, "");
  assertEquals(opening.told, ["open", "message a", "message b", "closing 1000"]);
  opening.connection.closed(1000, "");
});

Deno.test("LiveConnection.resume() reads nothing of a client that sends too fast", () => {
  const opening = opened(() => {}, { limits: SLOW });
  const { connection, socket } = opening;
  opening.receive("a");
  connection.pause();
  connection.resume();
  assertEquals(socket.told, ["pause", "pause"]);
  connection.closed(1000, "");
});

Deno.test("LiveConnection goes on being paused by its handler when its client may send again", async () => {
  using timers = new FakeTimers();
  const opening = opened(() => {}, { limits: { messageRate: { perSecond: 1e9, burst: 1 } } });
  const { connection, socket } = opening;
  opening.receive("a");
  connection.pause();
  await timers.pass(1_000);
  assertEquals(socket.told.filter((told) => told === "resume"), []);
  connection.resume();
  assertEquals(socket.told.at(-1), "resume");
  connection.closed(1000, "");
});

Deno.test("LiveConnection closes with 1008 whose engine cannot hold it back, and says so", () => {
  using log = new CapturedLog("error");
  class Unpausable extends FakeTransport {
    override pause(): boolean {
      return false;
    }
  }
  const opening = opened(() => {}, { limits: SLOW, socket: new Unpausable() });
  const { socket, told } = opening;
  opening.receive("a");
  assertEquals(socket.closed, []);
  opening.receive("b");
  opening.receive("c");
  assertEquals(socket.closed, ["1008 Sends too fast (messagerate)"]);
  assertEquals(told, ["open", "message a", "close 1008 Sends too fast (messagerate)"]);
  assertEquals(log.messages, [
    "ERROR websocket: The client sends too fast, and cannot be held back (messagerate)",
  ]);
  opening.connection.closed(1008, "");
});

Deno.test("LiveConnection says nothing of a limit when its handler closes it at the last message", () => {
  using log = new CapturedLog("error");
  const opening = opened(
    (connection) => ({ message: () => connection.close(4000, "enough") }),
    { limits: SLOW },
  );
  const { connection, socket, told } = opening;
  const bytes = new TextEncoder().encode("abc");
  connection.received(new Batch(false, bytes, [0, 1, 1, 2, 2, 3]));
  assertEquals([socket.closed, told], [["4000 enough"], ["open", "message a"]]);
  assertEquals([socket.told, log.messages], [["resume"], []]);
  connection.closed(4000, "enough");
});

const TIMES: [option: "idleTimeout" | "maxLifetime", close: string][] = [
  ["idleTimeout", "1001 Idle timeout"],
  ["maxLifetime", "1001 Maximum lifetime reached"],
];
for (const [option, close] of TIMES) {
  Deno.test(`LiveConnection is closed by ${option} with ${close}, and leaves nothing behind`, async () => {
    using timers = new FakeTimers();
    let now = 0;
    const limits = { [option]: 800 };
    const opening = opened(() => {}, { limits, rounds: new Rounds(() => now) });
    const { connection, socket, told } = opening;
    now = 799;
    await timers.pass(200);
    assertEquals(socket.closed, []);
    now = 2_000;
    await timers.pass(200);
    assertEquals([socket.closed, told.at(-1)], [[close], `close ${close}`]);
    assertEquals(timers.pending, 0);
    connection.closed(1001, "");
  });

  Deno.test(`LiveConnection looks at no ${option} when it has ended`, () => {
    using timers = new FakeTimers();
    const { connection } = opened(() => {}, { limits: { [option]: 800 } });
    assertEquals(timers.pending, 1);
    connection.closed(1000, "");
    assertEquals(timers.pending, 0);
  });
}
