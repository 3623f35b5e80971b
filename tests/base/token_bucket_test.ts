import { assertEquals } from "@std/assert";
import { TokenBucket } from "../../lib/base/token_bucket.ts";

Deno.test("TokenBucket has as many at first as may come at once, and gains them at its rate", () => {
  const bucket = new TokenBucket({ perSecond: 10, burst: 3 }, 1_000);
  assertEquals(bucket.level(1_000), 3);
  bucket.take(3);
  assertEquals([bucket.level(1_000), bucket.untilOne(1_000)], [0, 100]);
  assertEquals([bucket.level(1_050), bucket.untilOne(1_050)], [0.5, 50]);
  assertEquals([bucket.level(1_200), bucket.untilOne(1_200)], [2, 0]);
  assertEquals(bucket.level(1_000_000), 3);
});

Deno.test("TokenBucket owes what was taken beyond what there was", () => {
  const bucket = new TokenBucket({ perSecond: 100, burst: 50 }, 0);
  bucket.take(1_050);
  assertEquals([bucket.level(0), bucket.untilOne(0)], [-1_000, 10_010]);
  assertEquals(bucket.level(10_000), 0);
});
