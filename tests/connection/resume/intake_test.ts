import { assertEquals } from "@std/assert";
import { Batch } from "../../../lib/base/batch.ts";
import { FakeTimers } from "../../base/fake_timers.ts";
import { Intake } from "../../../lib/connection/resume/intake.ts";

/** An intake with what its handler got, and what its client was told. */
class Taken {
  readonly got: string[] = [];
  readonly told: number[] = [];
  takes = true;
  /** What the handler does when it gets a message. */
  does: (text: string) => void = () => {};
  readonly intake: Intake;

  constructor(ackBytes = 1_000) {
    this.intake = new Intake({
      ackBytes,
      pass: (batch) => {
        for (const text of batch.messages as string[]) {
          this.got.push(text);
          this.does(text);
        }
      },
      acknowledge: (count) => {
        if (this.takes) this.told.push(count);
        return this.takes;
      },
    });
  }

  add(...texts: string[]): void {
    for (const text of texts) this.intake.add(Batch.of(text));
  }
}

Deno.test("Intake acknowledges every 64 messages", () => {
  const taken = new Taken();
  taken.add(...Array.from({ length: 130 }, String));
  assertEquals(taken.told, [64, 128]);
  taken.intake.stop();
});

Deno.test("Intake acknowledges after so many bytes", () => {
  const taken = new Taken(10);
  taken.add("12345", "6789", "0", "12345678901");
  assertEquals(taken.told, [3, 4]);
  taken.intake.stop();
});

Deno.test("Intake acknowledges what is less after a second, and then nothing more", async () => {
  using timers = new FakeTimers();
  const taken = new Taken();
  taken.add("a", "b");
  await timers.pass(999);
  assertEquals(taken.told, []);
  await timers.pass(1);
  assertEquals(taken.told, [2]);
  await timers.pass(10_000);
  assertEquals(taken.told, [2]);
});

Deno.test("Intake acknowledges later what it cannot now", async () => {
  using timers = new FakeTimers();
  const taken = new Taken();
  taken.takes = false;
  taken.add("a");
  await timers.pass(1_000);
  taken.takes = true;
  assertEquals(taken.told, []);
  await timers.pass(1_000);
  assertEquals(taken.told, [1]);
});

Deno.test("Intake keeps what comes while its handler takes none, and acknowledges none of it", () => {
  const taken = new Taken(1);
  taken.does = (text) => text === "a" && taken.intake.pause();
  taken.add("a", "b", "c");
  assertEquals([taken.got, taken.told, taken.intake.taken], [["a"], [1], 1]);
  assertEquals(taken.intake.held, 2 * 65);
  taken.intake.resume();
  assertEquals([taken.got, taken.told, taken.intake.held], [["a", "b", "c"], [1, 2, 3], 0]);
  taken.intake.stop();
});

Deno.test("Intake gives a handler what it has to the end before the next", () => {
  const taken = new Taken();
  let depth = 0;
  taken.does = () => {
    assertEquals(depth++, 0);
    taken.intake.pause();
    taken.intake.resume();
    depth--;
  };
  taken.intake.pause();
  taken.add("a", "b", "c");
  taken.intake.resume();
  assertEquals(taken.got, ["a", "b", "c"]);
  taken.intake.stop();
});

Deno.test("Intake forgets what the client sends again, and flushes what it does not", () => {
  const taken = new Taken();
  taken.intake.pause();
  taken.add("a");
  taken.intake.forget();
  taken.add("b", "c");
  taken.intake.flush();
  assertEquals([taken.got, taken.intake.taken, taken.intake.held], [["b", "c"], 2, 0]);
  taken.intake.stop();
});
