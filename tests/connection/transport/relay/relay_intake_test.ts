import { assertEquals } from "@std/assert";
import { Batch } from "../../../../lib/base/batch.ts";
import { RelayIntake } from "../../../../lib/connection/transport/relay/relay_intake.ts";

// As many small ones as an engine that cannot hold back its client lets wait; a queue that moves all of them for each
// takes minutes, and its server says nothing in that time.
const MANY = 250_000;

Deno.test("RelayIntake passes on each of a quarter of a million messages that waited, once and in order", () => {
  let [asked, next, events] = [0, 0, 0];
  const intake = new RelayIntake(true, {
    pass: (batch) => {
      for (const message of batch) if (message === String(next)) next++;
    },
    take: (upTo) => asked = upTo,
  });
  for (let at = 0; at < MANY; at++) intake.add(Batch.of(String(at)));
  intake.happened(() => events++);
  for (let granted = 0; granted < asked;) intake.granted(granted = asked);
  assertEquals([next, intake.passed, events], [MANY, MANY, 1]);
});
