import { assertEquals, assertMatch } from "@std/assert";
import { childrenOf } from "../../lib/process/proc.ts";
import { HeldSockets } from "../../lib/workers/held_sockets.ts";
import { Parent } from "../../lib/workers/parent.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { FakeTimers } from "../base/fake_timers.ts";
import { HeldClock } from "../base/held_clock.ts";
import { Folder } from "../support/folder.ts";

const WORKER = new URL("./fake_worker.ts", import.meta.url).pathname;

/** A parent of two workers that serve nothing. */
class Scene implements AsyncDisposable {
  readonly parent: Parent;
  readonly #folder: Folder;
  readonly #sockets: HeldSockets;

  private constructor(parent: Parent, folder: Folder, sockets: HeldSockets) {
    this.parent = parent;
    this.#folder = folder;
    this.#sockets = sockets;
  }

  /** @param startMs Milliseconds that a worker may take until it serves, where others do. */
  static async begin(startMs: number): Promise<Scene> {
    const folder = await Folder.make();
    const engine = "node";
    const listen = { addresses: ["127.0.0.1"], port: 0, engine } as const;
    const held = { listen, port: 0, admin: undefined, count: 2, engine } as const;
    const sockets = await HeldSockets.hold(held);
    const program = `${folder.path}/deno`;
    await Deno.symlink(Deno.execPath(), program);
    const args = ["run", "-A", "--no-check", "--quiet", WORKER, `${folder.path}/held`];
    const parent = await Parent.start({
      count: 2,
      sockets,
      places: { listen, sockets: [] },
      services: {},
      command: { program, args },
      startMs,
    }, new Promise(() => {}));
    return new Scene(parent, folder, sockets);
  }

  /** Has workers that are started from now on never come to serve. */
  async hold(): Promise<void> {
    await Deno.writeTextFile(`${this.#folder.path}/held`, "");
  }

  /** Lets them. */
  async release(): Promise<void> {
    await Deno.remove(`${this.#folder.path}/held`);
  }

  /** Has the system start none. */
  async remove(): Promise<void> {
    await Deno.remove(`${this.#folder.path}/deno`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.parent[Symbol.asyncDispose]();
    this.#sockets[Symbol.dispose]();
    await this.#folder[Symbol.asyncDispose]();
  }
}

/** Defines a test of what only Linux has. */
function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: Deno.build.os !== "linux", fn });
}

// Whoever is to come to serve has three times as long as the first ones took, and is started again where it took longer.
const START_MS = 1;

const LATE = /^ERROR server: Worker 1 \(process \d+\) does not serve within [\d.]+ m?s, as where a/;

test("Parent.roll() kills a new worker that does not come to serve, and says which", async () => {
  using log = new CapturedLog("info");
  await using scene = await Scene.begin(START_MS);
  await scene.hold();
  assertEquals(await scene.parent.roll(), false);
  const [late = "", failed] = log.messages;
  assertMatch(late, LATE);
  const says = "Cannot replace worker 1: the new one has ended before it served";
  assertEquals(failed, `ERROR server: ${says}`);
  // Those that there were go on.
  assertEquals(scene.parent.missing, []);
});

test("Parent kills a worker that was started again and does not come to serve, and starts another one", async () => {
  using log = new CapturedLog("info");
  await using scene = await Scene.begin(START_MS);
  const [first = 0] = childrenOf(Deno.pid);
  await scene.hold();
  Deno.kill(first, "SIGKILL");
  await log.until(LATE);
  assertEquals(scene.parent.missing, [{ worker: 1, reason: "is being started again" }]);
  await scene.release();
  await log.until(/^INFO server: Worker 1 \(process \d+\) serves$/);
  assertEquals(scene.parent.missing, []);
});

test("Parent starts a worker again that cannot be started, each time later, however long it had lived", async () => {
  using log = new CapturedLog("info");
  using timers = new FakeTimers();
  await using scene = await Scene.begin(START_MS);
  const [first = 0] = childrenOf(Deno.pid);
  await scene.remove();
  using clock = new HeldClock();
  clock.now = 3_600_000;
  Deno.kill(first, "SIGKILL");
  await log.until(/^ERROR server: Worker 1 \(process \d+\) has ended by SIGKILL$/);
  const failures = async (ms: number) => {
    await timers.pass(ms);
    return log.messages.filter((message) => /Cannot start worker 1: /.test(message)).length;
  };
  assertEquals([await failures(100), await failures(100), await failures(100)], [1, 1, 2]);
  assertEquals([await failures(399), await failures(1)], [2, 3]);
});
