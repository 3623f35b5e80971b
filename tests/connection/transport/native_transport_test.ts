import { assertEquals } from "@std/assert";
import { Batch } from "../../../lib/base/batch.ts";
import { NativeTransport } from "../../../lib/connection/transport/native_transport.ts";
import { FakeTimers } from "../../base/fake_timers.ts";
import { Told } from "./transport_pair.ts";

/** A WebSocket to which nothing happens but what a test says. */
class FakeWebSocket extends EventTarget {
  binaryType = "blob";
  bufferedAmount = 0;
  readyState: number = WebSocket.OPEN;
  readonly sent: unknown[] = [];
  close(): void {}
  send(data: unknown): void {
    this.sent.push(data);
  }
}

function transport({ maxFrameSize = 0, pingMs = 0 } = {}) {
  const socket = new FakeWebSocket();
  const told = new Told();
  // Only what it uses of one.
  const transport = new NativeTransport(socket as unknown as WebSocket, {
    maxFrameSize,
    pingMs,
    port: 0,
  });
  transport.listen(told);
  return { socket, told, transport };
}

Deno.test("NativeTransport that is not open in 5 s is closed, of which the runtime says nothing", async () => {
  using timers = new FakeTimers();
  const { told } = transport();
  await timers.pass(4_999);
  assertEquals(told.all, []);
  await timers.pass(1);
  assertEquals([told.all, timers.pending], [["closed 1006"], 0]);
});

Deno.test("NativeTransport takes no standing still of its process for time in which it did not open", async () => {
  using timers = new FakeTimers();
  const { socket, told } = transport();
  await timers.stall(60_000);
  socket.dispatchEvent(new Event("open"));
  assertEquals([told.all, timers.pending], [["opened"], 0]);
});

Deno.test("NativeTransport leaves no timer behind when it opens", () => {
  using timers = new FakeTimers();
  const { socket, told } = transport();
  socket.dispatchEvent(new Event("open"));
  assertEquals([told.all, timers.pending], [["opened"], 0]);
});

Deno.test("NativeTransport of which the runtime never tells the end, because its output is not read, is closed", async () => {
  using timers = new FakeTimers();
  const { socket, told, transport: native } = transport();
  socket.dispatchEvent(new Event("open"));
  native.send(Batch.of("sent"));
  // As when the client has sent a close frame.
  socket.readyState = WebSocket.CLOSED;
  native.send(Batch.of("not sent"));
  await timers.pass(9_999);
  assertEquals([socket.sent, told.all], [["sent"], ["opened"]]);
  await timers.pass(1);
  // That which came when it was too late.
  assertEquals([told.all, timers.pending], [["opened", "lost 8", "closed 1006"], 0]);
});

Deno.test("NativeTransport leaves no timer behind when the runtime tells of the end later", async () => {
  using timers = new FakeTimers();
  const { socket, told, transport: native } = transport();
  socket.dispatchEvent(new Event("open"));
  socket.readyState = WebSocket.CLOSED;
  const drained = native.drained();
  await timers.pass(100);
  await drained;
  socket.dispatchEvent(new CloseEvent("close", { code: 4000, reason: "done" }));
  assertEquals([told.all, timers.pending], [["opened", "closed 4000 done"], 0]);
});

Deno.test("NativeTransport finds who answers no ping, also when the runtime has found it first", async () => {
  using timers = new FakeTimers();
  const { socket, told } = transport({ pingMs: 50 });
  socket.dispatchEvent(new Event("open"));
  socket.readyState = WebSocket.CLOSING;
  await timers.pass(99);
  assertEquals(told.all, ["opened"]);
  await timers.pass(1);
  const silent = "No answer to pings";
  assertEquals(told.all, ["opened", `end 1001 ${silent}`, `closed 1006 ${silent}`]);
});

Deno.test("NativeTransport says what a client that neither reads nor answers pings did not take", async () => {
  using timers = new FakeTimers();
  const { socket, told, transport: native } = transport({ pingMs: 50 });
  socket.dispatchEvent(new Event("open"));
  socket.bufferedAmount = 1000;
  await timers.pass(50);
  // The runtime ends it, and says nothing of the output any more.
  socket.readyState = WebSocket.CLOSING;
  socket.bufferedAmount = 0;
  native.send(Batch.of("not sent"));
  await timers.pass(100);
  const silent = "No answer to pings";
  assertEquals(told.all, ["opened", "lost 1008", `end 1001 ${silent}`, `closed 1006 ${silent}`]);
});

Deno.test("NativeTransport says what a client that does not read did not take when it is closed", async () => {
  using timers = new FakeTimers();
  const { socket, told, transport: native } = transport();
  socket.dispatchEvent(new Event("open"));
  socket.bufferedAmount = 1000;
  native.close(1000, "");
  await timers.pass(9_995);
  assertEquals(told.all, ["opened"]);
  // Not as long again for its answer.
  await timers.pass(5);
  assertEquals([told.all, timers.pending], [["opened", "lost 1000", "closed 1006"], 0]);
});

Deno.test("NativeTransport that is closed once more gives less time for the answer, and never more", async () => {
  using timers = new FakeTimers();
  const { socket, told, transport: native } = transport();
  socket.dispatchEvent(new Event("open"));
  native.close(4000, "done");
  await timers.pass(3_000);
  native.close(1001, "", 1_000);
  native.close(1001, "", 60_000);
  await timers.pass(1_000);
  assertEquals([told.all, timers.pending], [["opened", "closed 1006"], 0]);
});

Deno.test("NativeTransport that is closed waits for the answer as long as any, also with pings", async () => {
  using timers = new FakeTimers();
  const { socket, told, transport: native } = transport({ pingMs: 500 });
  socket.dispatchEvent(new Event("open"));
  native.close(4000, "done");
  socket.readyState = WebSocket.CLOSING;
  await timers.pass(9_000);
  socket.dispatchEvent(new CloseEvent("close", { code: 4000, reason: "done" }));
  assertEquals([told.all, timers.pending], [["opened", "closed 4000 done"], 0]);
});

Deno.test("NativeTransport leaves no timer behind when the server ends what the runtime has ended first", async () => {
  using timers = new FakeTimers();
  const { socket, told, transport: native } = transport({ pingMs: 50 });
  socket.dispatchEvent(new Event("open"));
  socket.readyState = WebSocket.CLOSING;
  native.send(Batch.of("not sent"));
  native.close(1001, "");
  socket.dispatchEvent(new CloseEvent("close", { code: 1001 }));
  // Who sends may not know yet.
  native.send(Batch.of("not sent"));
  const drained = native.drained();
  await timers.pass(0);
  await drained;
  assertEquals([told.all, timers.pending], [["opened", "closed 1001"], 0]);
});

const SIZES: [what: string, data: string | Uint8Array<ArrayBuffer>, passes: boolean][] = [
  ["nothing", "", true],
  ["10 ASCII characters", "x".repeat(10), true],
  ["11 ASCII characters", "x".repeat(11), false],
  ["5 characters of two bytes", "é".repeat(5), true],
  ["6 characters of two bytes", "é".repeat(6), false],
  ["3 characters of three bytes", "一".repeat(3), true],
  ["4 characters of three bytes", "一".repeat(4), false],
  ["2 characters of four bytes", "😀".repeat(2), true],
  ["3 characters of four bytes", "😀".repeat(3), false],
  ["10 bytes", new Uint8Array(10), true],
  ["11 bytes", new Uint8Array(11), false],
];
for (const [what, data, passes] of SIZES) {
  Deno.test(`NativeTransport ${passes ? "takes" : "refuses"} ${what} where 10 bytes are allowed`, () => {
    using _timers = new FakeTimers();
    const { socket, told } = transport({ maxFrameSize: 10 });
    socket.dispatchEvent(new Event("open"));
    socket.dispatchEvent(
      new MessageEvent("message", { data: typeof data === "string" ? data : data.buffer }),
    );
    assertEquals(told.all.slice(1), [passes ? `received ${data}` : "tooLarge"]);
  });
}
