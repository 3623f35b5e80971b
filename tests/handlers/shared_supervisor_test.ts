import { assertEquals, assertRejects } from "@std/assert";
import { HandshakeError } from "../../lib/base/errors.ts";
import { Log } from "../../lib/base/log.ts";
import { Backoff } from "../../lib/base/backoff.ts";
import { Supervisor, type SupervisorOptions } from "../../lib/handlers/shared/supervisor.ts";
import type { Close } from "../../lib/process/status.ts";
import { FakeTimers, settle } from "../base/fake_timers.ts";
import { FAILED, FakeLife } from "./fake_life.ts";

const FINE: Close = { code: 1000, reason: "" };

/** A supervisor of processes that are none. */
class Scene {
  readonly lives: FakeLife[] = [];
  readonly stops: Close[] = [];
  failing = false;
  time = 0;
  readonly supervisor: Supervisor;

  constructor(options: Partial<SupervisorOptions> = {}) {
    this.supervisor = new Supervisor({
      start: () => {
        if (this.failing) throw new Error("cannot start");
        this.lives.push(new FakeLife(this.lives.length + 1));
        return this.last;
      },
      stopped: (how) => this.stops.push(how),
      linger: 0,
      restart: "never",
      log: new Log(),
      now: () => this.time,
      ...options,
    });
  }

  get last(): FakeLife {
    return this.lives.at(-1) as FakeLife;
  }

  async come(): Promise<void> {
    await this.supervisor.enter();
    this.supervisor.begin();
  }
}

Deno.test("Supervisor starts one process for all clients, and ends it after the last", async () => {
  using _timers = new FakeTimers();
  const scene = new Scene();
  await Promise.all([scene.come(), scene.come()]);
  assertEquals([scene.lives.length, scene.last.told], [1, "begin"]);
  scene.supervisor.leave();
  assertEquals(scene.last.told, "begin");
  scene.supervisor.leave();
  assertEquals(scene.last.told, "end");
});

Deno.test("Supervisor lets a client wait until the process before is gone", async () => {
  using _timers = new FakeTimers();
  const scene = new Scene();
  await scene.come();
  scene.supervisor.leave();
  const comes = Promise.all([scene.come(), scene.come()]);
  await settle();
  assertEquals(scene.lives.length, 1);
  await scene.last.vanish();
  await comes;
  assertEquals([scene.lives.length, scene.last.told], [2, "begin"]);
});

Deno.test("Supervisor keeps the process for a while after the last client", async () => {
  using timers = new FakeTimers();
  const scene = new Scene({ linger: 1_000 });
  await scene.come();
  scene.supervisor.leave();
  await timers.pass(999);
  await scene.come();
  await timers.pass(5_000);
  assertEquals(scene.last.told, "begin");
  scene.supervisor.leave();
  await timers.pass(999);
  assertEquals(scene.last.told, "begin");
  await timers.pass(1);
  assertEquals([scene.last.told, scene.lives.length], ["end", 1]);
});

Deno.test("Supervisor keeps the process forever where it is told so, until it is disposed", async () => {
  using timers = new FakeTimers();
  const scene = new Scene({ linger: Infinity });
  await scene.come();
  scene.supervisor.leave();
  assertEquals(timers.pending, 0);
  const disposed = scene.supervisor[Symbol.asyncDispose]();
  assertEquals(scene.last.told, "end");
  await scene.last.vanish();
  await disposed;
  const error = await assertRejects(() => scene.supervisor.enter(), HandshakeError);
  assertEquals(error.status, 503);
  scene.supervisor.resume();
  await scene.come();
  assertEquals(scene.lives.length, 2);
});

Deno.test("Supervisor starts the process before any client where it is told so", async () => {
  using _timers = new FakeTimers();
  const scene = new Scene();
  scene.supervisor.start();
  assertEquals(scene.last.told, "begin");
  await scene.come();
  assertEquals(scene.lives.length, 1);
  scene.supervisor.leave();
  assertEquals(scene.last.told, "end");
});

Deno.test("Supervisor tells the client that a process cannot be started, and tries with the next", async () => {
  using _timers = new FakeTimers();
  const scene = new Scene();
  scene.failing = true;
  await assertRejects(() => scene.come(), Error, "cannot start");
  scene.failing = false;
  await scene.come();
  scene.supervisor.leave();
  assertEquals(scene.last.told, "end");
});

const RESTARTS: [restart: "never" | "on-failure" | "always", how: Close, again: boolean][] = [
  ["never", FINE, false],
  ["never", FAILED, false],
  ["on-failure", FINE, false],
  ["on-failure", FAILED, true],
  ["always", FINE, true],
  ["always", FAILED, true],
];
for (const [restart, how, again] of RESTARTS) {
  const does = again ? "starts it again" : "tells the clients";
  Deno.test(`Supervisor with restart=${restart} ${does} after an end with ${how.code}`, async () => {
    using timers = new FakeTimers();
    const scene = new Scene({ restart });
    await scene.come();
    await scene.last.crash(how);
    await timers.pass(99);
    assertEquals([scene.lives.length, scene.stops], [1, again ? [] : [how]]);
    await timers.pass(1);
    assertEquals(scene.lives.length, again ? 2 : 1);
    assertEquals(scene.supervisor.last, again ? undefined : how);
    if (again) assertEquals(scene.last.told, "begin");
  });
}

Deno.test("Supervisor gives up after ten times in a row, and starts anew for the next client", async () => {
  using timers = new FakeTimers();
  const scene = new Scene({ restart: "always" });
  await scene.come();
  for (let count = 0; count < 10; count++) {
    await scene.last.crash();
    assertEquals(scene.stops, []);
    await timers.pass(30_000);
    assertEquals(scene.lives.length, count + 2);
  }
  await scene.last.crash();
  assertEquals([scene.stops, timers.pending], [[FAILED], 0]);
  scene.supervisor.leave();
  await scene.come();
  assertEquals(scene.lives.length, 12);
  await scene.last.crash();
  await timers.pass(100);
  assertEquals(scene.lives.length, 13);
});

Deno.test("Supervisor counts what cannot be started again as an attempt", async () => {
  using timers = new FakeTimers();
  const scene = new Scene({ restart: "on-failure" });
  await scene.come();
  scene.failing = true;
  await scene.last.crash();
  await timers.pass(100);
  assertEquals(timers.pending, 1);
  await timers.pass(300_000);
  assertEquals(scene.stops, [{ code: 1011, reason: "The program cannot be started" }]);
});

Deno.test("Supervisor does not start a process again that nobody wants", async () => {
  using timers = new FakeTimers();
  const scene = new Scene({ restart: "always" });
  await scene.come();
  await scene.last.crash();
  assertEquals(timers.pending, 1);
  scene.supervisor.leave();
  assertEquals([timers.pending, scene.stops.length], [0, 1]);
  await scene.come();
  assertEquals(scene.lives.length, 2);
});

Deno.test("Supervisor starts a process again also while nobody is there, as long as it lingers", async () => {
  using timers = new FakeTimers();
  const scene = new Scene({ restart: "always", linger: Infinity });
  await scene.come();
  scene.supervisor.leave();
  await scene.last.crash();
  await timers.pass(100);
  assertEquals(scene.lives.length, 2);
});

Deno.test("Supervisor tells who came to a process how that ended", async () => {
  using _timers = new FakeTimers();
  const scene = new Scene();
  await scene.supervisor.enter();
  await scene.last.crash();
  assertEquals(scene.supervisor.last, FAILED);
});

Deno.test("Backoff doubles from 100 ms to 30 s, and begins anew after a life of 10 s", () => {
  const backoff = new Backoff();
  const delays = Array.from({ length: 11 }, () => backoff.next(9_999));
  assertEquals(delays, [
    100,
    200,
    400,
    800,
    1_600,
    3_200,
    6_400,
    12_800,
    25_600,
    30_000,
    undefined,
  ]);
  assertEquals([backoff.next(10_000), backoff.next(0)], [100, 200]);
});

const READY: [how: Close, come: boolean, isReady: boolean][] = [
  [FINE, false, true],
  [FAILED, false, false],
  // It was there for somebody, and is started again for the next one.
  [FINE, true, true],
  [FAILED, true, true],
];
for (const [how, come, isReady] of READY) {
  const when = come ? "while it waits for more clients" : "before any client";
  Deno.test(`Supervisor is ${isReady ? "" : "not "}ready where it has ended with ${how.code} ${when}`, async () => {
    using _timers = new FakeTimers();
    const scene = new Scene({ linger: Infinity });
    scene.supervisor.start();
    if (come) {
      await scene.come();
      scene.supervisor.leave();
    }
    await scene.last.crash(how);
    assertEquals(scene.supervisor.isReady, isReady);
    await scene.come();
    assertEquals([scene.lives.length, scene.supervisor.isReady], [2, true]);
  });
}

/** A supervisor whose processes are waited for. */
class SlowScene extends Scene {
  starting = Promise.withResolvers<void>();

  constructor() {
    super({
      start: async () => {
        await this.starting.promise;
        this.lives.push(new FakeLife(this.lives.length + 1));
        return this.last;
      },
    });
  }
}

Deno.test("Supervisor starts one process for all clients also where they have to wait for it", async () => {
  using _timers = new FakeTimers();
  const scene = new SlowScene();
  const comes = Promise.all([scene.come(), scene.come()]);
  await settle();
  assertEquals([scene.lives.length, scene.supervisor.isReady], [0, false]);
  scene.starting.resolve();
  await comes;
  await scene.come();
  assertEquals([scene.lives.length, scene.last.told, scene.supervisor.isReady], [1, "begin", true]);
});

Deno.test("Supervisor ends a process that it had to wait for when nobody wants it any more", async () => {
  using _timers = new FakeTimers();
  const scene = new SlowScene();
  const comes = scene.supervisor.enter();
  await settle();
  scene.supervisor.leave();
  scene.starting.resolve();
  await comes;
  assertEquals(scene.last.told, "end");
  await scene.last.vanish();
  await scene.come();
  assertEquals([scene.lives.length, scene.last.told], [2, "begin"]);
});

Deno.test("Supervisor tells all who wait that a process cannot be started, and tries again for the next", async () => {
  using _timers = new FakeTimers();
  const scene = new SlowScene();
  const comes = [scene.supervisor.enter(), scene.supervisor.enter()];
  scene.starting.reject(new Error("no permit"));
  for (const come of comes) await assertRejects(() => come, Error, "no permit");
  scene.starting = Promise.withResolvers();
  scene.starting.resolve();
  await scene.come();
  assertEquals([scene.lives.length, scene.last.told], [1, "begin"]);
});
