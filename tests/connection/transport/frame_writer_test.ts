import { assert, assertEquals } from "@std/assert";
import { Writable } from "node:stream";
import { nextTurn } from "../../../lib/base/next_turn.ts";
import {
  closeFrame,
  pingFrame,
  pongFrame,
} from "../../../lib/connection/transport/control_frame.ts";
import { FrameWriter } from "../../../lib/connection/transport/frame_writer.ts";

/** A stream that takes each write when the test says so. */
class SlowStream {
  readonly writes: Uint8Array[] = [];
  readonly stream: Writable;
  #take = () => {};

  constructor() {
    this.stream = new Writable({
      write: (chunk: Uint8Array, _encoding, done) => {
        this.writes.push(new Uint8Array(chunk));
        this.#take = done;
      },
    });
  }

  /** Takes the write that is under way, and lets the next begin. */
  async take(): Promise<void> {
    this.#take();
    await nextTurn();
  }
}

// Bytes of a frame of which the first write takes 256 KiB.
for (const rest of [1, 10_000, 100_000]) {
  Deno.test(`FrameWriter sends no pong behind the close frame, with ${rest} bytes of a frame left`, async () => {
    const slow = new SlowStream();
    const writer = new FrameWriter(slow.stream, () => {});
    const long = 256 * 1024 + rest;
    writer.send(new Uint8Array(long));
    writer.flush();
    const pong = pongFrame(Uint8Array.of(1));
    const close = closeFrame(1000, "");
    writer.control(pong);
    writer.send(close);
    while (writer.bufferedAmount > 0) await slow.take();
    const written = await new Blob(slow.writes as BlobPart[]).bytes();
    assertEquals(written.subarray(long), Uint8Array.of(...pong, ...close));
  });
}

Deno.test("FrameWriter counts what is sent surely, until it is taken", async () => {
  const slow = new SlowStream();
  const writer = new FrameWriter(slow.stream, () => {});
  writer.send(new Uint8Array(256 * 1024 + 1));
  writer.flush();
  const before = writer.bufferedAmount;
  for (let count = 0; count < 1_000; count++) writer.surely(pingFrame(new Uint8Array(125)));
  writer.control(pongFrame(Uint8Array.of(1)));
  assert(writer.bufferedAmount - before >= 1_000 * 127);
  while (writer.bufferedAmount > 0) await slow.take();
  const sizes = slow.writes.map(({ length }) => length);
  assertEquals(sizes, [256 * 1024, 1, 1_000 * 127 + 3]);
  assertEquals(writer.bufferedAmount, 0);
});
