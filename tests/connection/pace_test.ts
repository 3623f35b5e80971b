import { assert, assertEquals } from "@std/assert";
import { Batch } from "../../lib/base/batch.ts";
import { Pace, type PaceOptions } from "../../lib/connection/pace.ts";
import { FakeTimers } from "../base/fake_timers.ts";

const encoder = new TextEncoder();

/** Texts as one read of a socket brings them, in a buffer that is used again. */
function batchOf(...texts: string[]): { batch: Batch; reuse: () => void } {
  const bytes = encoder.encode(texts.join("|"));
  let at = 0;
  const spans = texts.flatMap((text) => {
    const start = at;
    at += text.length + 1;
    return [start, start + text.length];
  });
  return { batch: new Batch(false, bytes, spans), reuse: () => bytes.fill(33) };
}

/** A connection that remembers what its pace does with it. */
class Remembering {
  readonly passed: string[] = [];
  readonly told: string[] = [];
  readonly pace: Pace;
  readonly canHold: boolean;

  constructor(
    options: PaceOptions,
    { canHold = true, now }: { canHold?: boolean; now?: () => number } = {},
  ) {
    this.canHold = canHold;
    const pace = Pace.of(this, options, now);
    assert(pace);
    this.pace = pace;
  }

  take(...texts: string[]): void {
    const { batch, reuse } = batchOf(...texts);
    this.pace.take(batch);
    reuse();
  }

  pass(batch: Batch): void {
    for (const text of batch) this.passed.push(String(text));
  }

  hold(limit: string): boolean {
    this.told.push(`hold ${limit}`);
    return this.canHold;
  }

  release(): void {
    this.told.push("release");
  }

  exceeded(limit: string): void {
    this.told.push(`exceeded ${limit}`);
  }
}

const rate = (perSecond: number, burst: number) => ({ perSecond, burst });

Deno.test("Pace.of() is nothing where nobody says a rate", () => {
  const paced = { pass() {}, hold: () => true, release() {}, exceeded() {} };
  assertEquals(Pace.of(paced, {}), undefined);
  assertEquals(Pace.of(paced, { messageRate: rate(0, 1), byteRate: rate(0, 1) }), undefined);
});

Deno.test("Pace passes on at once what may come at once", () => {
  const one = new Remembering({ messageRate: rate(0.001, 5) });
  one.take("a", "b");
  one.take("c", "d");
  assertEquals([one.passed, one.told], [["a", "b", "c", "d"], []]);
  // The last that may: its client is held back before it has sent more.
  one.take("e");
  assertEquals([one.passed.length, one.told], [5, ["hold messagerate"]]);
  one.pace.stop();
});

Deno.test("Pace holds back the rest, in its order, and passes it on as time goes by", async () => {
  using timers = new FakeTimers();
  const one = new Remembering({ messageRate: rate(200, 2) }, { now: () => timers.now });
  const texts = Array.from({ length: 40 }, (_, at) => `message ${at}`);
  one.take(...texts.slice(0, 30));
  one.take(...texts.slice(30));
  for (let passed = 2; passed < 40; passed += 2) {
    assertEquals(one.passed, texts.slice(0, passed));
    await timers.pass(10);
  }
  assertEquals([one.passed, one.told], [texts, ["hold messagerate"]]);
  // The next may come as well.
  await timers.pass(10);
  assertEquals(one.told, ["hold messagerate", "release"]);
});

Deno.test("Pace has a large message go on, and those behind it wait for longer", async () => {
  using timers = new FakeTimers();
  const one = new Remembering({ byteRate: rate(10_000, 100) }, { now: () => timers.now });
  one.take("x".repeat(1_100), "y");
  // 1,001 bytes at 10,000 a second.
  await timers.pass(100);
  assertEquals(one.passed.map((text) => text.length), [1_100]);
  await timers.pass(1);
  assertEquals([one.passed.length, one.told], [2, ["hold byterate"]]);
  await timers.pass(10);
  assertEquals(one.told, ["hold byterate", "release"]);
});

Deno.test("Pace keeps its rate where few may come at once", async () => {
  using timers = new FakeTimers();
  const one = new Remembering({ messageRate: rate(1_000, 1) }, { now: () => timers.now });
  one.take(...Array.from({ length: 101 }, () => "a"));
  await timers.pass(99);
  assertEquals(one.passed.length, 100);
  await timers.pass(1);
  assertEquals(one.passed.length, 101);
});

Deno.test("Pace.flush() passes on all that waits, once", () => {
  const one = new Remembering({ messageRate: rate(0.001, 1) });
  one.take("a", "b");
  one.take("c");
  one.pace.flush();
  one.pace.flush();
  assertEquals([one.passed, one.pace.isHolding], [["a", "b", "c"], false]);
});

Deno.test("Pace.stop() passes on nothing more", () => {
  const one = new Remembering({ messageRate: rate(0.001, 1) });
  one.take("a", "b");
  one.pace.stop();
  one.pace.flush();
  assertEquals(one.passed, ["a"]);
});

Deno.test("Pace ends a client that cannot be held back when it has sent too much, and not before", () => {
  const one = new Remembering({ messageRate: rate(0.001, 2) }, { canHold: false });
  one.take("a");
  one.take("b");
  assertEquals([one.passed, one.told], [["a", "b"], ["hold messagerate"]]);
  one.take("c");
  assertEquals(one.passed, ["a", "b"]);
  assertEquals(one.told.at(-1), "exceeded messagerate");
});
