import { assertEquals } from "@std/assert";
import { LimitError } from "../../../lib/base/errors.ts";
import { Log } from "../../../lib/base/log.ts";
import { WarmPool } from "../../../lib/handlers/process/warm_pool.ts";
import type { Started } from "../../../lib/process/runner.ts";
import { CapturedLog } from "../../base/captured_log.ts";
import { FakeTimers, settle } from "../../base/fake_timers.ts";

/** A pool of processes that are none. */
class Site implements Disposable {
  readonly timers = new FakeTimers();
  readonly log = new CapturedLog("error");
  /** Those that were ended by the pool, and whether the log was to have their last words. */
  readonly ended: string[] = [];
  readonly #exits: PromiseWithResolvers<Deno.CommandStatus>[] = [];
  readonly #giveWays: (() => void)[] = [];
  /** What is thrown in place of a start. */
  error: unknown;
  readonly pool: WarmPool;

  constructor(count: number, idleMs = 0) {
    this.pool = new WarmPool({
      count,
      idleMs,
      start: (giveWay) => this.#start(giveWay),
      end: ({ child }, isTold) => this.ended.push(`${child.pid}${isTold ? "" : " untold"}`),
      log: new Log(),
      now: () => this.timers.now,
    });
    this.pool.open();
  }

  get started(): number {
    return this.#exits.length;
  }

  #start(giveWay: () => void): Started {
    if (this.error) throw this.error;
    const exit = Promise.withResolvers<Deno.CommandStatus>();
    const pid = this.#exits.push(exit);
    this.#giveWays.push(giveWay);
    const child = { pid };
    return {
      child,
      tree: { exit: exit.promise },
      log: new Log(),
      claim() {},
    } as unknown as Started;
  }

  async dies(...pids: number[]): Promise<void> {
    for (const pid of pids) {
      this.#exits[pid - 1]?.resolve({ success: false, code: 3, signal: null });
    }
    await settle();
  }

  givesWay(pid: number): void {
    this.#giveWays[pid - 1]?.();
  }

  [Symbol.dispose](): void {
    this.pool.close();
    this.timers[Symbol.dispose]();
    this.log[Symbol.dispose]();
  }
}

Deno.test("WarmPool gives the oldest, and starts another when it is told to", async () => {
  using site = new Site(2);
  await site.timers.pass(0);
  assertEquals(site.started, 2);
  assertEquals([1, 2, 3].map(() => site.pool.take()?.child.pid), [1, 2, undefined]);
  await site.timers.pass(60_000);
  assertEquals(site.started, 2);
  site.pool.refill();
  await site.timers.pass(0);
  assertEquals(site.started, 4);
  site.pool.close();
  assertEquals(site.ended, ["3", "4"]);
  await site.timers.pass(60_000);
  assertEquals(site.started, 4);
});

Deno.test("WarmPool waits longer each time that all of them die, and says so once", async () => {
  using site = new Site(2);
  await site.timers.pass(0);
  const waits: number[] = [];
  for (let count = 2; count < 16; count += 2) {
    await site.dies(count - 1, count);
    assertEquals(site.pool.isReady, false);
    const since = site.timers.now;
    while (site.started === count) await site.timers.pass(50);
    waits.push(site.timers.now - since);
    await site.timers.pass(0);
  }
  assertEquals(waits, [100, 200, 400, 800, 1600, 3200, 6400]);
  assertEquals(site.log.messages, [
    "ERROR process: Cannot have a process wait for clients: Process 1 has ended: exit status 3",
  ]);
  assertEquals(site.ended.slice(0, 4), ["1", "2 untold", "3 untold", "4 untold"]);
  await site.timers.pass(1_000);
  assertEquals(site.pool.isReady, true);
});

Deno.test("WarmPool says again that one dies when one has waited for long", async () => {
  using site = new Site(1);
  await site.timers.pass(0);
  await site.dies(1);
  await site.timers.pass(60_000);
  await site.dies(2);
  assertEquals(site.log.messages.length, 2);
});

Deno.test("WarmPool tries again where there is no permit, and says nothing", async () => {
  using site = new Site(1);
  site.error = new LimitError("maxforks", "none left", { status: 429 });
  await site.timers.pass(10_000);
  assertEquals([site.started, site.pool.isReady, site.log.messages], [0, true, []]);
  site.error = undefined;
  await site.timers.pass(1_000);
  assertEquals(site.started, 1);
  site.givesWay(1);
  assertEquals(site.ended, ["1"]);
  assertEquals(site.pool.take(), undefined);
  await site.timers.pass(1_000);
  assertEquals(site.started, 2);
});

Deno.test("WarmPool says why a program cannot be started", async () => {
  using site = new Site(1);
  site.error = new Error("there is no such program");
  await site.timers.pass(100_000);
  assertEquals(site.log.messages, [
    "ERROR process: Cannot have a process wait for clients: there is no such program",
  ]);
  assertEquals(site.pool.isReady, false);
});

Deno.test("WarmPool replaces one that has waited too long", async () => {
  using site = new Site(1, 500);
  await site.timers.pass(499);
  assertEquals(site.ended, []);
  await site.timers.pass(1);
  assertEquals([site.ended, site.started], [["1"], 2]);
  site.pool.take();
  await site.timers.pass(10_000);
  assertEquals(site.ended, ["1"]);
});
