import { assertEquals, assertRejects } from "@std/assert";
import { nextTurn } from "../../../lib/base/next_turn.ts";
import type { Closed } from "../../../lib/cli/connect/ending.ts";
import { Feed } from "../../../lib/cli/connect/feed.ts";
import type { Link } from "../../../lib/cli/connect/link.ts";
import { Printer } from "../../../lib/cli/connect/printer.ts";
import { FakeTimers } from "../../base/fake_timers.ts";

const CLOSED: Closed = { code: 1006, reason: "", byClient: false };

/** A connection that is none: it takes so many messages, then none until it is drained. */
class FakeLink {
  readonly sent: (string | Uint8Array)[] = [];
  readonly #closed = Promise.withResolvers<Closed>();
  readonly closed: Promise<Closed> = this.#closed.promise;
  readonly #ended = Promise.withResolvers<void>();
  /** Resolves when the client closes it. */
  readonly ended: Promise<void> = this.#ended.promise;
  room: number;
  #drained = Promise.withResolvers<void>();
  #full = Promise.withResolvers<void>();
  /** When the last message of the server came. */
  heard = 0;

  constructor(room = Infinity) {
    this.room = room;
  }

  /** Resolves when it was asked for more than it takes. */
  get full(): Promise<void> {
    return this.#full.promise;
  }

  send(message: string | Uint8Array): boolean {
    if (this.room === 0) return false;
    this.room--;
    this.sent.push(message);
    return true;
  }

  drained(amount?: number): Promise<void> {
    if (amount === 0) return Promise.resolve();
    this.#full.resolve();
    return Promise.race([this.#drained.promise, this.closed.then(() => {})]);
  }

  drain(room: number): void {
    this.room = room;
    this.#drained.resolve();
    this.#drained = Promise.withResolvers();
    this.#full = Promise.withResolvers();
  }

  close(): void {
    this.#ended.resolve();
    this.#closed.resolve({ ...CLOSED, byClient: true });
  }

  break(): void {
    this.room = 0;
    this.#closed.resolve(CLOSED);
  }

  get link(): Link {
    return this as unknown as Link;
  }
}

function printer(): Printer {
  return new Printer((bytes) => Promise.resolve(bytes.length));
}

/** Input that a test writes. */
class Typed {
  readonly input: ReadableStream<Uint8Array>;
  /** Chunks that were asked for. */
  pulls = 0;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;

  constructor(text = "") {
    this.input = new ReadableStream({
      start: (controller) => {
        this.#controller = controller;
        if (text) this.type(text);
      },
      pull: () => {
        this.pulls++;
      },
    }, { highWaterMark: 0 });
  }

  type(text: string): void {
    this.#controller?.enqueue(new TextEncoder().encode(text));
  }

  end(): void {
    this.#controller?.close();
  }
}

Deno.test("Feed sends lines, waits until more are taken, and reads nothing meanwhile", async () => {
  const typed = new Typed("1\n2\n3\n4\n");
  const feed = new Feed(typed.input, printer(), { binary: false, quietMs: 0 });
  const fake = new FakeLink(2);
  feed.into(fake.link);
  await fake.full;
  assertEquals(fake.sent, ["1", "2"]);
  assertEquals(typed.pulls, 0);
  fake.drain(1);
  await fake.full;
  assertEquals(fake.sent, ["1", "2", "3"]);
  typed.end();
  fake.drain(1);
  await fake.ended;
  assertEquals(fake.sent, ["1", "2", "3", "4"]);
});

Deno.test("Feed sends what one connection did not take to the next, and nothing twice", async () => {
  const typed = new Typed("1\n2\n3\n");
  const feed = new Feed(typed.input, printer(), { binary: false, quietMs: 0 });
  const first = new FakeLink(1);
  feed.into(first.link);
  await first.full;
  first.break();
  await first.closed;
  typed.type("4\n");
  typed.end();
  const second = new FakeLink();
  feed.into(second.link);
  await second.ended;
  assertEquals([first.sent, second.sent], [["1"], ["2", "3", "4"]]);
});

Deno.test("Feed closes when the input has ended and nothing has come for a while", async () => {
  using timers = new FakeTimers();
  const typed = new Typed("1\n");
  typed.end();
  const options = { binary: false, quietMs: 500, now: () => timers.now };
  const feed = new Feed(typed.input, printer(), options);
  const fake = new FakeLink();
  let ended = false;
  fake.ended.then(() => ended = true);
  feed.into(fake.link);
  for (const heard of [400, 800]) {
    await timers.pass(400);
    fake.heard = heard;
  }
  await timers.pass(499);
  assertEquals(ended, false);
  await timers.pass(1);
  assertEquals([ended, timers.pending], [true, 0]);
});

Deno.test("Feed does not close while what came is not printed", async () => {
  const typed = new Typed("1\n");
  typed.end();
  const written = Promise.withResolvers<void>();
  const slow = new Printer((bytes) => written.promise.then(() => bytes.length));
  slow.print(new Uint8Array(2 * 1024 * 1024), false);
  const feed = new Feed(typed.input, slow, { binary: false, quietMs: 0 });
  const fake = new FakeLink();
  feed.into(fake.link);
  let ended = false;
  fake.ended.then(() => ended = true);
  // Far more turns than the way to its end has.
  for (let turn = 0; turn < 1_000; turn++) await undefined;
  assertEquals(ended, false);
  written.resolve();
  await fake.ended;
});

Deno.test("Feed leaves a connection open where the input was empty from the beginning", async () => {
  const typed = new Typed();
  typed.end();
  const feed = new Feed(typed.input, printer(), { binary: false, quietMs: 0 });
  const fake = new FakeLink();
  feed.into(fake.link);
  let ended = false;
  fake.ended.then(() => ended = true);
  await nextTurn();
  assertEquals(ended, false);
  fake.break();
  assertEquals(await fake.closed, CLOSED);
});

Deno.test("Feed reads nothing before there is a connection", async () => {
  const typed = new Typed("1\n");
  const feed = new Feed(typed.input, printer(), { binary: false, quietMs: 0 });
  for (let turn = 0; turn < 100; turn++) await undefined;
  assertEquals(typed.pulls, 0);
  const fake = new FakeLink(0);
  feed.into(fake.link);
  await fake.full;
  feed.cancel();
  fake.break();
});

Deno.test("Feed says when the input cannot be read", async () => {
  const input = new ReadableStream<Uint8Array>({
    pull() {
      throw new Error("no input");
    },
  });
  const feed = new Feed(input, printer(), { binary: false, quietMs: 0 });
  feed.into(new FakeLink().link);
  await assertRejects(() => feed.failed, Error, "no input");
});
