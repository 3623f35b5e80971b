import { assertEquals } from "@std/assert";
import { Rate, RATE_SECONDS } from "../../lib/console/rate.js";

function sums(series: { sent: number[]; received: number[] }): [number, number] {
  const sum = (counts: number[]) => counts.reduce((all, count) => all + count, 0);
  return [sum(series.sent), sum(series.received)];
}

Deno.test("Rate counts each kind in its second, the newest last", () => {
  const rate = new Rate();
  for (const now of [1_000_000, 1_000_999]) rate.add("received", now);
  rate.add("sent", 1_001_000);
  const { sent, received } = rate.series(1_002_500);
  assertEquals([sent.slice(-3), received.slice(-3)], [[0, 1, 0], [2, 0, 0]]);
  assertEquals([sent.length, received.length], [RATE_SECONDS, RATE_SECONDS]);
});

Deno.test("Rate forgets what is a minute old", () => {
  const rate = new Rate();
  rate.add("sent", 5_000);
  rate.add("received", 6_000);
  assertEquals(sums(rate.series(64_999)), [1, 1]);
  assertEquals(sums(rate.series(65_000)), [0, 1]);
  assertEquals(sums(rate.series(66_000)), [0, 0]);
});

Deno.test("Rate starts anew after hours of silence", () => {
  const rate = new Rate();
  rate.add("sent", 0);
  rate.add("sent", 86_400_000);
  assertEquals(sums(rate.series(86_400_000)), [1, 0]);
  assertEquals(rate.series(86_400_000).sent.at(-1), 1);
});
