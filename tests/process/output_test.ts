import { assert, assertEquals } from "@std/assert";
import type { Decoder, Gauge } from "../../lib/contract.ts";
import { nextTurn } from "../../lib/base/next_turn.ts";
import { Output, type OutputOptions } from "../../lib/process/output.ts";
import { FakeTimers } from "../base/fake_timers.ts";
import { HeldClock } from "../base/held_clock.ts";

/** What becomes of a stream: texts of chunks, the end, and what failed. */
class Told implements Decoder {
  readonly told: string[] = [];

  push(chunk: Uint8Array): number {
    this.told.push(new TextDecoder().decode(chunk));
    return 1;
  }

  end(): void {
    this.told.push("end");
  }

  readonly failed: OutputOptions["failed"] = (error, atEnd) => {
    this.told.push(`${atEnd ? "at its end " : ""}${error}`);
  };
}

function bytesOf(...chunks: string[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    type: "bytes",
    pull(controller) {
      const chunk = chunks.shift();
      if (chunk === undefined) {
        controller.close();
        controller.byobRequest?.respond(0);
      } else controller.enqueue(encoder.encode(chunk));
    },
  });
}

Deno.test("Output reads a stream to its end", async () => {
  const told = new Told();
  const output = new Output(bytesOf("one", "two"), told, { smallest: 512, failed: told.failed });
  await output.ended;
  assertEquals(told.told.join("|").replace("one|two", "onetwo"), "onetwo|end");
});

Deno.test("Output tells once of a stream that breaks, and ends", async () => {
  const stream = new ReadableStream({
    type: "bytes",
    pull: (controller) => controller.error(new Error("it broke")),
  });
  const told = new Told();
  const output = new Output(stream, told, { smallest: 512, failed: told.failed });
  await output.ended;
  assertEquals(told.told, ["Error: it broke"]);
});

Deno.test("Output tells what a decoder throws, and reads nothing more", async () => {
  const told = new Told();
  let cancelled = false;
  const stream = new ReadableStream({
    type: "bytes",
    pull: (controller) => controller.enqueue(Uint8Array.of(1)),
    cancel() {
      cancelled = true;
    },
  });
  const decoder = {
    push: () => {
      throw new Error("no message");
    },
    end: () => told.end(),
  };
  const output = new Output(stream, decoder, { smallest: 512, failed: told.failed });
  await output.ended;
  assertEquals([told.told, cancelled], [["Error: no message"], true]);
});

Deno.test("Output says that it was the end which a decoder did not take", async () => {
  const told = new Told();
  const decoder = {
    push: () => 0,
    end: () => {
      throw new Error("in the middle");
    },
  };
  await new Output(bytesOf("x"), decoder, { smallest: 512, failed: told.failed }).ended;
  assertEquals(told.told, ["at its end Error: in the middle"]);
});

Deno.test("Output waits for who is behind, after each stride", async () => {
  const told = new Told();
  const asked = Promise.withResolvers<void>();
  const { promise, resolve } = Promise.withResolvers<void>();
  const gauge: Gauge = {
    bufferedAmount: Infinity,
    drained() {
      asked.resolve();
      return promise;
    },
  };
  const stream = bytesOf("abcdef");
  const output = new Output(stream, told, { smallest: 8, gauge, stride: 2, failed: told.failed });
  await asked.promise;
  await nextTurn();
  assertEquals(told.told, ["ab"]);
  resolve();
  await output.ended;
  assertEquals(told.told, ["ab", "cd", "ef", "end"]);
});

/**
 * The sizes of the chunks that are read of a stream that has always more.
 *
 * @param cost What each message adds to the gauge.
 * @param length Bytes of each message in the stream.
 */
async function sizes(
  gauge: Gauge & { bufferedAmount: number },
  cost: number,
  length = 4,
): Promise<number[]> {
  const found: number[] = [];
  let left = 2_000_000;
  const stream = new ReadableStream({
    type: "bytes",
    pull(controller) {
      const request = controller.byobRequest;
      const length = Math.min(left, request?.view?.byteLength ?? 0);
      left -= length;
      if (length === 0) controller.close();
      request?.respond(length);
    },
  });
  const decoder = {
    push(chunk: Uint8Array) {
      found.push(chunk.length);
      const messages = chunk.length / length;
      gauge.bufferedAmount += cost * messages;
      return messages;
    },
    end() {},
  };
  await new Output(stream, decoder, { smallest: 512, gauge, failed: () => {} }).ended;
  return found;
}

Deno.test("Output reads much at once where messages cost little, and little where they cost much", async () => {
  const gauge = {
    bufferedAmount: 0,
    drained() {
      this.bufferedAmount = 0;
      return Promise.resolve();
    },
  };
  assertEquals(Math.max(...await sizes(gauge, 12)), 65_536);
  gauge.bufferedAmount = 0;
  assert(Math.max(...await sizes(gauge, 1028)) <= 8192);
  // Messages without data, of which a gauge knows nothing.
  gauge.bufferedAmount = 0;
  assertEquals(Math.max(...await sizes(gauge, 0, 1)), 512);
});

/** A stream of chunks of which each is there at once, or, behind a `0`, in a later turn of the event loop. */
function arriving(...chunks: (string | 0 | Error)[]): ReadableStream<Uint8Array> {
  let bytes: Uint8Array = new Uint8Array();
  return new ReadableStream({
    type: "bytes",
    async pull(controller) {
      const view = controller.byobRequest?.view;
      if (!view) return;
      while (bytes.length === 0 && chunks[0] === 0) {
        chunks.shift();
        for (let turns = 0; turns < 5; turns++) await nextTurn();
      }
      if (bytes.length === 0) {
        const chunk = chunks.shift() ?? "";
        if (chunk instanceof Error) return controller.error(chunk);
        bytes = new TextEncoder().encode(chunk as string);
      }
      if (bytes.length === 0) controller.close();
      const part = bytes.subarray(0, view.byteLength);
      new Uint8Array(view.buffer, view.byteOffset).set(part);
      bytes = bytes.subarray(part.length);
      controller.byobRequest?.respond(part.length);
    },
  });
}

const ARRIVALS: [chunks: (string | 0 | Error)[], told: string][] = [
  [["abc"], "abc|end"],
  [["abcd"], "abcd|end"],
  [["abcdef"], "abcdef|end"],
  [["abcd", 0, "ef"], "abcd|ef|end"],
  [["abcd", 0, "efgh", 0, "i"], "abcd|efgh|i|end"],
  [["ab", 0, "cdefghi"], "ab|cdefghi|end"],
  [["abcd", 0], "abcd|end"],
  [["abcd", new Error("it broke")], "abcd|Error: it broke"],
  [["abcd", 0, new Error("it broke")], "abcd|Error: it broke"],
  [["abcdef", 0, new Error("it broke")], "abcdef|Error: it broke"],
];
for (const [chunks, expected] of ARRIVALS) {
  const shown = chunks.map((chunk) => chunk === 0 ? "later" : chunk).join(", ");
  Deno.test(`Output hands on whole what is there at once: ${shown}`, async () => {
    const told = new Told();
    const options = { smallest: 4, whole: true, failed: told.failed };
    await new Output(arriving(...chunks), told, options).ended;
    assertEquals(told.told.join("|"), expected);
  });
}

/**
 * The timers of a test, and a clock that stands still: where pushes take long, as on a machine that is busy, an output
 * rests between them until a turn of the event loop, and there is none while a test lets time pass.
 */
class Held extends FakeTimers {
  readonly #clock = new HeldClock();

  override [Symbol.dispose](): void {
    this.#clock[Symbol.dispose]();
    super[Symbol.dispose]();
  }
}

Deno.test("Output.quiet() reads on as long as something comes, and then nothing more", async () => {
  using timers = new Held();
  const told = new Told();
  let controller: ReadableByteStreamController | undefined;
  const stream = new ReadableStream({
    type: "bytes",
    start: (it) => {
      controller = it;
    },
  });
  const output = new Output(stream, told, { smallest: 512, failed: told.failed });
  const quiet = output.quiet();
  await timers.pass(90);
  controller?.enqueue(new TextEncoder().encode("late"));
  await timers.pass(105);
  assertEquals(told.told, ["late"]);
  await timers.pass(100);
  await quiet;
  assertEquals(told.told, ["late", "end"]);
});

/** A stream that a test feeds. */
function fed(): { stream: ReadableStream<Uint8Array>; give(bytes: Uint8Array): void } {
  let controller: ReadableByteStreamController | undefined;
  const stream = new ReadableStream({
    type: "bytes",
    start: (it) => {
      controller = it;
    },
  });
  return { stream, give: (bytes) => controller?.enqueue(bytes as Uint8Array<ArrayBuffer>) };
}

Deno.test("Output.quiet() takes all that stands in the pipe, however slowly, and says who still has it", async () => {
  using timers = new Held();
  const told = new Told();
  // As the log on a machine that is busy: 16 ms for each of 256 pieces.
  const gauge = {
    bufferedAmount: Infinity,
    drained: () => new Promise<void>((resolve) => setTimeout(resolve, 16)),
  };
  const { stream, give } = fed();
  give(new Uint8Array(64 * 1024));
  const options = { smallest: 128, gauge, stride: 256, failed: told.failed };
  const output = new Output(stream, told, options);
  const quiet = output.quiet(1000);
  await timers.pass(60_000);
  assertEquals(await quiet, "held");
  assertEquals(told.told.join("").length, 64 * 1024 + "end".length);
});

Deno.test("Output.quiet() does not take for quiet that it was not asked in time", async () => {
  using timers = new Held();
  const told = new Told();
  const { stream, give } = fed();
  const output = new Output(stream, told, { smallest: 512, failed: told.failed });
  const quiet = output.quiet(1000);
  await timers.pass(80);
  // As a process that was stopped: what has come is heard of behind the timers that are due.
  const now = performance.now.bind(performance);
  performance.now = () => now() + 3_600_000;
  try {
    await timers.pass(25);
    give(new TextEncoder().encode("late"));
    await timers.pass(1000);
  } finally {
    performance.now = now;
  }
  assertEquals([await quiet, told.told], ["held", ["late", "end"]]);
});

Deno.test("Output.quiet() ends with who stands still, and with who writes on and on behind what a pipe holds", async () => {
  using timers = new Held();
  const told = new Told();
  const gauge = { bufferedAmount: Infinity, drained: () => new Promise<void>(() => {}) };
  const { stream, give } = fed();
  give(new Uint8Array(1024));
  const stuck = new Output(stream, told, { smallest: 512, gauge, failed: told.failed }).quiet(1000);
  await timers.pass(2000);
  assertEquals(await stuck, "stuck");

  let taken = 0;
  const decoder = {
    push(chunk: Uint8Array) {
      taken += chunk.length;
      return 0;
    },
    end() {},
  };
  const flood = new ReadableStream({
    type: "bytes",
    async pull(controller) {
      await new Promise<void>((resolve) => setTimeout(resolve, 10));
      controller.byobRequest?.respond(controller.byobRequest.view?.byteLength ?? 0);
    },
  });
  const quiet = new Output(flood, decoder, { smallest: 512, failed: told.failed }).quiet(1000);
  await timers.pass(60_000);
  assertEquals(await quiet, "flood");
  assert(taken >= 1024 * 1024, "what a pipe can hold is taken");
});

Deno.test("Output.quiet() ends in time with who writes a little again and again", async () => {
  using timers = new Held();
  const told = new Told();
  const drip = new ReadableStream({
    type: "bytes",
    async pull(controller) {
      await new Promise<void>((resolve) => setTimeout(resolve, 10));
      controller.byobRequest?.respond(2);
    },
  });
  let cut: string | undefined;
  new Output(drip, told, { smallest: 512, failed: told.failed }).quiet(1000)
    .then((it) => cut = it);
  await timers.pass(1000);
  assertEquals(cut, "flood");
});

Deno.test("Output lets others have their turn while it reads for somebody who never drains", async () => {
  let turns = 0;
  const turn = nextTurn().then(() => turns++);
  // As a process that floods, whose client is closing and has stopped reading.
  const flood = new ReadableStream({
    type: "bytes",
    pull(controller) {
      if (turns > 0) controller.close();
      else controller.enqueue(new Uint8Array(1024));
      if (turns > 0) controller.byobRequest?.respond(0);
    },
  });
  const gauge = { bufferedAmount: 2 ** 30, drained: () => Promise.resolve() };
  const told = new Told();
  const output = new Output(flood, told, { smallest: 512, gauge, failed: told.failed });
  await Promise.all([output.ended, turn]);
  assertEquals(told.told.at(-1), "end");
});
