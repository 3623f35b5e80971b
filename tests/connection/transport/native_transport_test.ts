import { assertEquals } from "@std/assert";
import { NativeTransport } from "../../../lib/connection/transport/native_transport.ts";
import { FakeTimers } from "../../base/fake_timers.ts";
import { Told } from "./transport_pair.ts";

/** A WebSocket to which nothing happens but what a test says. */
class FakeWebSocket extends EventTarget {
  binaryType = "blob";
  readonly bufferedAmount = 0;
  readyState: number = WebSocket.OPEN;
  readonly sent: unknown[] = [];
  send(data: unknown): void {
    this.sent.push(data);
  }
}

function transport(maxFrameSize = 0): { socket: FakeWebSocket; told: Told } {
  const socket = new FakeWebSocket();
  const told = new Told();
  const options = { maxFrameSize, pingMs: 0, port: 0 };
  // Only what it uses of one.
  new NativeTransport(socket as unknown as WebSocket, options).listen(told);
  return { socket, told };
}

Deno.test("NativeTransport that is not open in 5 s is closed, of which the runtime says nothing", async () => {
  using timers = new FakeTimers();
  const { told } = transport();
  await timers.pass(4_999);
  assertEquals(told.all, []);
  await timers.pass(1);
  assertEquals([told.all, timers.pending], [["closed 1006"], 0]);
});

Deno.test("NativeTransport leaves no timer behind when it opens", () => {
  using timers = new FakeTimers();
  const { socket, told } = transport();
  socket.dispatchEvent(new Event("open"));
  assertEquals([told.all, timers.pending], [["opened"], 0]);
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
    const { socket, told } = transport(10);
    socket.dispatchEvent(new Event("open"));
    socket.dispatchEvent(
      new MessageEvent("message", { data: typeof data === "string" ? data : data.buffer }),
    );
    assertEquals(told.all.slice(1), [passes ? `received ${data}` : "tooLarge"]);
  });
}
