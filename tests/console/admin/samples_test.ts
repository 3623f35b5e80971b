import { assertEquals } from "@std/assert";
import { readMetrics } from "../../../lib/console/admin/metrics.js";
import { Samples } from "../../../lib/console/admin/samples.js";

const figures = (changes: Record<string, number>) => ({ ...readMetrics(""), ...changes });

Deno.test("Samples.series() tells counters per second, and the others as they are", () => {
  const samples = new Samples();
  samples.add(figures({ messagesIn: 100, connections: 3 }), 5_000);
  samples.add(figures({ messagesIn: 110, connections: 2 }), 7_000);
  samples.add(figures({ messagesIn: 110, connections: 0 }), 8_000);
  assertEquals(samples.series("messagesIn").slice(-4), [0, 0, 5, 0]);
  assertEquals(samples.series("connections").slice(-4), [0, 3, 2, 0]);
});

Deno.test("Samples.series() knows a server that was started again", () => {
  const samples = new Samples();
  samples.add(figures({ bytesOut: 100 }), 1_000);
  samples.add(figures({ bytesOut: 10 }), 2_000);
  samples.add(figures({ bytesOut: 30 }), 3_000);
  assertEquals(samples.series("bytesOut").slice(-3), [0, 0, 20]);
});

Deno.test("Samples.series() is always as long", () => {
  const samples = new Samples();
  const lengths = Array.from({ length: 150 }, (_, at) => {
    samples.add(figures({ queued: at }), at * 1_000);
    return samples.series("queued").length;
  });
  assertEquals(new Set(lengths).size, 1);
  assertEquals(samples.series("queued").at(-1), 149);
});
