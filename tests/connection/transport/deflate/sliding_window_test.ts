import { assertEquals } from "@std/assert";
import { SlidingWindow } from "../../../../lib/connection/transport/deflate/sliding_window.ts";
import { bytesFrom, numbers, oneOf } from "../../../support/numbers.ts";

Deno.test("SlidingWindow has the last bytes of what was sent, however it was divided", () => {
  for (let seed = 0; seed < 60; seed++) {
    const random = numbers(seed);
    const bits = oneOf(random, [8, 9, 12]);
    const window = new SlidingWindow(bits);
    const sent: number[] = [];
    for (let count = random(30); count > 0; count--) {
      const bytes = bytesFrom(random, random(oneOf(random, [3, 300, 2 ** bits, 3 * 2 ** bits])));
      const start = random(bytes.length + 1);
      const end = start + random(bytes.length - start + 1);
      window.add(bytes, start, end);
      sent.push(...bytes.subarray(start, end));
      assertEquals([...window.bytes], sent.slice(-(2 ** bits)), `seed ${seed}`);
    }
  }
});

Deno.test("SlidingWindow takes no more memory than what was sent, and its size at most", () => {
  const window = new SlidingWindow(15);
  assertEquals(window.bytes.buffer.byteLength, 0);
  window.add(new Uint8Array(10));
  assertEquals(window.bytes.buffer.byteLength, 1024);
  for (let count = 0; count < 100; count++) window.add(new Uint8Array(5_000));
  assertEquals(window.bytes.buffer.byteLength, 32_768);
});
