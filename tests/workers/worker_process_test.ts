import { assertEquals } from "@std/assert";
import type { Order, Report } from "../../lib/workers/control.ts";
import { talk } from "../../lib/workers/control.ts";
import { WorkerProcess, type WorkerWatcher } from "../../lib/workers/worker_process.ts";
import { FakeTimers } from "../base/fake_timers.ts";
import { HeldClock } from "../base/held_clock.ts";
import { linked } from "./linked.ts";

const NOBODY: WorkerWatcher = { silent() {}, changed() {}, said() {} };

function sleeping(): Deno.ChildProcess {
  return new Deno.Command("sleep", { args: ["60"] }).spawn();
}

Deno.test("WorkerProcess.age is no more than it has lived, however long ago it has ended", async () => {
  using clock = new HeldClock();
  const worker = new WorkerProcess(1, sleeping(), NOBODY);
  clock.now = 500;
  worker.kill();
  assertEquals(await worker.ready, undefined);
  assertEquals((await worker.status).signal, "SIGKILL");
  clock.now = 900;
  assertEquals(worker.age, 500);
});

Deno.test("WorkerProcess tells of a worker that has left five questions unanswered, and of no other", async () => {
  using timers = new FakeTimers();
  await using way = await linked();
  const silent: number[] = [];
  const watcher = { ...NOBODY, silent: (_: WorkerProcess, ms: number) => void silent.push(ms) };
  const worker = new WorkerProcess(1, sleeping(), watcher);
  const welcome = { listen: {}, held: [], sockets: [] };
  worker.join(way.here, { kind: "welcome", number: 1, count: 2, places: welcome });
  const there = talk<Report, Order>(way.there.channels.control);
  const asked: (() => void)[] = [];
  there.hear(({ kind }) => kind === "ping" && asked.shift()?.());
  there.say({ kind: "ready", lines: [], addresses: [], shutdownMs: 0 });
  await worker.ready;
  for (let question = 0; question < 9; question++) {
    const { promise, resolve } = Promise.withResolvers<void>();
    asked.push(resolve);
    await timers.pass(2_000);
    await promise;
    // It has answered in the end, and so all that was counted before is forgotten.
    if (question !== 4) continue;
    const answered = worker.load(1_000);
    there.say({ kind: "pong", connections: 1, requests: 0, quietMs: 0 });
    assertEquals((await answered)?.connections, 1);
  }
  assertEquals(silent, []);
  await timers.pass(4_000);
  assertEquals(silent, [10_000]);
  worker.kill();
  await worker.status;
});
