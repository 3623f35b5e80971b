import { assert, assertEquals } from "@std/assert";
import { LineWriter } from "../../lib/base/line_writer.ts";
import { FakeTimers, settle } from "./fake_timers.ts";

const decoder = new TextDecoder();
const MIB = 2 ** 20;

/** A stream that takes bytes when it is told to. */
class SlowStream {
  readonly writer = new LineWriter((bytes) => this.#take(bytes), (count) => `${count} left out\n`);
  text = "";
  #asked = Promise.withResolvers<void>();
  #answer: PromiseWithResolvers<number> | undefined;
  #bytes = new Uint8Array();

  #take(bytes: Uint8Array): Promise<number> {
    this.#bytes = bytes.slice();
    this.#answer = Promise.withResolvers();
    this.#asked.resolve();
    return this.#answer.promise;
  }

  /** Takes of the next write so many bytes; default: all. */
  async takes(most = Infinity): Promise<void> {
    await this.#asked.promise;
    this.#asked = Promise.withResolvers();
    const taken = this.#bytes.subarray(0, most);
    this.text += decoder.decode(taken);
    this.#answer?.resolve(taken.length);
  }

  async fails(): Promise<void> {
    await this.#asked.promise;
    this.#asked = Promise.withResolvers();
    this.#answer?.reject(new Deno.errors.BrokenPipe());
  }

  /** Takes all until nothing waits. */
  async rest(): Promise<void> {
    let over = false;
    const flushed = this.writer.flushed(60_000).then(() => over = true);
    while (!over) await Promise.race([this.takes(), flushed]);
  }
}

Deno.test("LineWriter writes what comes at once in one go, and what comes meanwhile in the next", async () => {
  const stream = new SlowStream();
  for (const line of ["a\n", "b\n"]) stream.writer.print(line);
  await stream.takes();
  assertEquals(stream.text, "a\nb\n");
  for (const line of ["c\n", "d\n"]) stream.writer.print(line);
  await stream.rest();
  assertEquals(stream.text, "a\nb\nc\nd\n");
});

Deno.test("LineWriter goes on where a write takes only some of it", async () => {
  const stream = new SlowStream();
  stream.writer.print("abc\n");
  await stream.takes(1);
  await stream.takes(2);
  await stream.rest();
  assertEquals(stream.text, "abc\n");
});

Deno.test("LineWriter leaves out the oldest of what waits too long, and says in their place how many", async () => {
  const stream = new SlowStream();
  stream.writer.print("first\n");
  await stream.takes(1);
  const line = (number: number) => `${String(number).padStart(1023, ".")}\n`;
  for (let number = 0; number < 10_000; number++) stream.writer.print(line(number));
  await stream.rest();
  const [first, note = "", ...others] = stream.text.trimEnd().split("\n");
  assertEquals(first, "first");
  const missing = Number(/^(\d+) left out$/.exec(note)?.[1]);
  assertEquals(missing, 10_000 - 4 * MIB / 1024);
  const expected = Array.from({ length: 10_000 - missing }, (_, at) => line(missing + at).trim());
  assertEquals(others.join(), expected.join());
});

Deno.test("LineWriter writes a single line of any length", async () => {
  const stream = new SlowStream();
  stream.writer.print("x".repeat(5 * MIB) + "\n");
  await stream.rest();
  assertEquals(stream.text.length, 5 * MIB + 1);
});

Deno.test("LineWriter counts what cannot be written, and goes on when that is over", async () => {
  const stream = new SlowStream();
  for (const line of ["a\n", "b\n"]) stream.writer.print(line);
  await stream.fails();
  await stream.writer.flushed(1000);
  stream.writer.print("c\n");
  await stream.fails();
  await stream.writer.flushed(1000);
  stream.writer.print("d\n");
  await stream.rest();
  assertEquals(stream.text, "3 left out\nd\n");
});

Deno.test("LineWriter begins a new line after one that broke off", async () => {
  const stream = new SlowStream();
  for (const line of ["a\n", "bc\n", "d\n"]) stream.writer.print(line);
  await stream.takes(3);
  await stream.fails();
  await stream.writer.flushed(1000);
  stream.writer.print("e\n");
  await stream.rest();
  assertEquals(stream.text, "a\nb\n2 left out\ne\n");
});

Deno.test("LineWriter.flushed() waits no longer than it is told to", async () => {
  const stream = new SlowStream();
  await stream.writer.flushed(60_000);
  stream.writer.print("a\n");
  await stream.writer.flushed(1);
  assertEquals(stream.text, "");
  await stream.rest();
  assert(stream.text === "a\n");
});

Deno.test("LineWriter gathers what comes soon after a write, and writes it at once where it is flushed", async () => {
  using timers = new FakeTimers();
  const writes: string[] = [];
  const writer = new LineWriter((bytes) => {
    writes.push(decoder.decode(bytes));
    return Promise.resolve(bytes.length);
  }, (count) => `${count} left out\n`);
  writer.print("a\n");
  await settle();
  for (const line of ["b\n", "c\n"]) {
    writer.print(line);
    await settle();
  }
  assertEquals(writes, ["a\n"]);
  await timers.pass(10);
  assertEquals(writes, ["a\n", "b\nc\n"]);
  writer.print("d\n");
  await writer.flushed(1_000);
  assertEquals(writes, ["a\n", "b\nc\n", "d\n"]);
  assertEquals(timers.pending, 0);
});
