import { assertEquals } from "@std/assert";
import { Log } from "../../lib/base/log.ts";
import {
  ESCALATION,
  type Terminable,
  terminate,
  terminationTime,
} from "../../lib/process/terminate.ts";
import { CapturedLog } from "../base/captured_log.ts";

/** Something that ends at the `endsAt`th wait and remembers what was done to it. */
class FakeProcess implements Terminable {
  readonly pid = 4711;
  readonly done: (number | Deno.Signal)[] = [];
  readonly #endsAt: number;
  #waits = 0;

  constructor(endsAt: number, readonly how?: string) {
    this.#endsAt = endsAt;
  }

  signal(signal: Deno.Signal): void {
    this.done.push(signal);
  }

  ended(ms: number): Promise<boolean> {
    this.done.push(ms);
    return Promise.resolve(++this.#waits >= this.#endsAt);
  }
}

Deno.test("ESCALATION is the one of the contract", () => {
  assertEquals<readonly { wait: number; signal: string }[]>(ESCALATION, [
    { wait: 100, signal: "SIGINT" },
    { wait: 250, signal: "SIGTERM" },
    { wait: 500, signal: "SIGKILL" },
  ]);
});

type Done = (number | Deno.Signal)[];
const COURSES: [endsAt: number, closeMs: number, done: Done, last: string][] = [
  [1, 0, [100], "stdin was closed"],
  [2, 0, [100, "SIGINT", 250], "SIGINT"],
  [3, 0, [100, "SIGINT", 250, "SIGTERM", 500], "SIGTERM"],
  [4, 0, [100, "SIGINT", 250, "SIGTERM", 500, "SIGKILL", 5000], "SIGKILL"],
  [1, 1000, [1100], "stdin was closed"],
  [3, 1000, [1100, "SIGINT", 1250, "SIGTERM", 1500], "SIGTERM"],
  [4, 1000, [1100, "SIGINT", 1250, "SIGTERM", 1500, "SIGKILL", 5000], "SIGKILL"],
];
for (const [endsAt, closeMs, done, last] of COURSES) {
  Deno.test(`terminate() ends after ${last} what ends then, with --closems=${closeMs}`, async () => {
    using captured = new CapturedLog();
    const target = new FakeProcess(endsAt);
    assertEquals(await terminate(target, { told: true, closeMs, log: new Log() }), true);
    assertEquals(target.done, done);
    assertEquals(captured.messages, [`DEBUG process: Process 4711 terminated after ${last}`]);
  });
}

const BY_ITSELF: [told: boolean, endsAt: number, message: string][] = [
  [false, 1, "Process 4711 ended by itself: exit status 3"],
  // It ended when the end of its input had been written.
  [true, 1, "Process 4711 terminated after stdin was closed"],
  [false, 2, "What process 4711 left behind terminated after SIGINT"],
  [true, 3, "What process 4711 left behind terminated after SIGTERM"],
];
for (const [told, endsAt, message] of BY_ITSELF) {
  const how = `${told ? "when it was told to" : "when nobody told it to"}, at wait ${endsAt}`;
  Deno.test(`terminate() says what it terminated, and what had ended before, ${how}`, async () => {
    using captured = new CapturedLog();
    const target = new FakeProcess(endsAt, "exit status 3");
    assertEquals(await terminate(target, { told, closeMs: 0, log: new Log() }), true);
    assertEquals(captured.messages, [`DEBUG process: ${message}`]);
  });
}

Deno.test("terminate() says that something survived SIGKILL", async () => {
  using captured = new CapturedLog();
  const target = new FakeProcess(Infinity);
  assertEquals(await terminate(target, { told: true, closeMs: 0, log: new Log() }), false);
  assertEquals(target.done, [100, "SIGINT", 250, "SIGTERM", 500, "SIGKILL", 5000]);
  assertEquals(captured.messages, ["ERROR process: SIGKILL did not terminate 4711!"]);
});

for (const [closeMs, time] of [[0, 850], [1, 853], [1000, 3850]] as const) {
  Deno.test(`terminationTime() is ${time} ms with --closems=${closeMs}`, () => {
    assertEquals(terminationTime(closeMs), time);
  });
}
