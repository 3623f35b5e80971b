import { assertEquals } from "@std/assert";
import { MAX_HISTORY } from "../../../lib/base/limits.ts";
import { LogReader } from "../../../lib/bus/kv/kv_log.ts";

Deno.test("LogReader.last() reads no more bytes than a history may have", async () => {
  const payload = new Uint8Array(MAX_HISTORY / 16);
  let read = 0;
  const kv = {
    async *list() {
      for (let number = 1_000; number > 0; number--) {
        read++;
        yield { value: { number, count: 1, from: "a".repeat(16), payload } };
      }
    },
  };
  const reader = new LogReader(kv as unknown as Deno.Kv, ["stdws"]);
  const head = { id: "a".repeat(16), place: 1_001, next: 1_001 };
  const entries = await reader.last(["stdws", "topic", "room"], head, 1_000);
  assertEquals(
    entries.map(({ mark }) => mark.number),
    Array.from({ length: 16 }, (_, at) => 985 + at),
  );
  assertEquals(read, 17);
});
