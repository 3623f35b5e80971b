import { assertEquals } from "@std/assert";
import { unmask } from "../../../lib/connection/transport/unmask.ts";

const MASK = [0x12, 0xe3, 0x84, 0xf5];

Deno.test("unmask() takes the mask off at any place, of any length, in any phase", () => {
  for (const length of [0, 1, 2, 3, 4, 5, 95, 96, 97, 98, 99, 100, 1000]) {
    for (let start = 0; start < 5; start++) {
      for (let phase = 0; phase < 5; phase++) {
        // Not at the beginning of its memory, as a chunk need not be.
        const bytes = new Uint8Array(new ArrayBuffer(length + 20), 3, length + 10).fill(7);
        unmask(bytes, start, start + length, 0x12e384f5, phase);
        const expected = Array.from(bytes, (_, at) => {
          const index = at - start;
          return index < 0 || index >= length ? 7 : 7 ^ (MASK[index + phase & 3] as number);
        });
        assertEquals([...bytes], expected, `${length} bytes at ${start} in phase ${phase}`);
      }
    }
  }
});
