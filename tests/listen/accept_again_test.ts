import { assertEquals, assertMatch } from "@std/assert";
import { EventEmitter } from "node:events";
import type { Server } from "node:net";
import { acceptAgain, type Accepting } from "../../lib/listen/accept_again.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { FakeTimers } from "../base/fake_timers.ts";
import { RawClient } from "../support/client.ts";
import { freePort } from "../support/free_port.ts";
import { Lines } from "../support/lines.ts";
import { permittedWords } from "../support/permitted.ts";
import { needing } from "../support/programs.ts";
import { ROOT } from "../support/server.ts";
import { Wire } from "../support/wire.ts";
import { withDescriptors } from "../support/with_descriptors.ts";

const FAILED = "ERROR server: Cannot accept connections: ";

/** A server of which a test says whether it accepts, and whether it can be connected to. */
class FakeServer implements Disposable {
  /** What connecting to it fails with. */
  refuses: Error | undefined;
  deaf = false;
  /** Turns of the loop, beyond two seconds, after which it hears somebody. */
  lateness = 0;
  knocks = 0;
  listens = 0;
  readonly accepting: Accepting;
  readonly #events = new EventEmitter();

  constructor() {
    this.accepting = acceptAgain(this.#events as Server, {
      knock: () => {
        this.knocks++;
        if (this.refuses) return Promise.reject(this.refuses);
        if (this.lateness > 0) setTimeout(() => this.#hearLate(this.lateness), 2_000);
        else if (!this.deaf) this.come();
        return Promise.resolve({ close() {} } as Deno.Conn);
      },
      listen: () => {
        this.listens++;
        this.deaf = false;
      },
    });
  }

  come(): void {
    this.#events.emit("connection");
  }

  #hearLate(turns: number): void {
    if (turns > 0) setTimeout(() => this.#hearLate(turns - 1));
    else this.come();
  }

  [Symbol.dispose](): void {
    this.accepting[Symbol.dispose]();
  }
}

const noFiles = () => Object.assign(new Error("Too many open files"), { code: "EMFILE" });

Deno.test("acceptAgain() leaves a server alone that accepts, and knocks only while nobody comes", async () => {
  using log = new CapturedLog();
  using timers = new FakeTimers();
  using server = new FakeServer();
  for (let second = 0; second < 60; second++) {
    server.come();
    await timers.pass(1_000);
  }
  assertEquals([server.knocks, server.listens], [0, 0]);
  await timers.pass(60_000);
  assertEquals(server.listens, 0);
  assertEquals(server.knocks > 5 && server.knocks < 30, true, `${server.knocks} knocks`);
  assertEquals(log.messages, []);
});

Deno.test("acceptAgain() listens again when nobody comes in, and says it once", async () => {
  using log = new CapturedLog();
  using timers = new FakeTimers();
  using server = new FakeServer();
  server.deaf = true;
  await timers.pass(30_000);
  assertEquals(server.listens, 1);
  assertEquals(log.messages, [
    `${FAILED}there were too many open files`,
    "INFO server: Accepting connections again",
  ]);
});

Deno.test("acceptAgain() takes a server that is busy for no deaf one", async () => {
  using log = new CapturedLog();
  using timers = new FakeTimers();
  using server = new FakeServer();
  server.lateness = 100;
  await timers.pass(60_000);
  assertEquals([server.knocks > 3, server.listens, log.messages], [true, 0, []]);
});

Deno.test("acceptAgain() waits while there are no files", async () => {
  using log = new CapturedLog();
  using timers = new FakeTimers();
  using server = new FakeServer();
  server.deaf = true;
  server.refuses = noFiles();
  await timers.pass(60_000);
  assertEquals(server.listens, 0);
  server.refuses = undefined;
  await timers.pass(10_000);
  assertEquals(server.listens, 1);
  assertEquals(log.messages, [
    `${FAILED}Too many open files`,
    "INFO server: Accepting connections again",
  ]);
});

Deno.test("acceptAgain() listens again where that has failed before", async () => {
  using _log = new CapturedLog();
  using timers = new FakeTimers();
  using server = new FakeServer();
  server.refuses = Object.assign(new Error("Refused"), { code: "ECONNREFUSED" });
  await timers.pass(60_000);
  assertEquals(server.listens > 5, true, `${server.listens}`);
});

Deno.test("acceptAgain() does nothing where it may not connect", async () => {
  using log = new CapturedLog();
  using timers = new FakeTimers();
  using server = new FakeServer();
  server.refuses = new Deno.errors.NotCapable("Requires net access");
  await timers.pass(60_000);
  assertEquals([server.listens, log.messages], [0, []]);
});

Deno.test("acceptAgain() knows its own connections, each once", async () => {
  using timers = new FakeTimers();
  using server = new FakeServer();
  assertEquals(server.accepting.wasOwn(), false);
  await timers.pass(3_000);
  assertEquals([server.knocks, server.accepting.wasOwn()], [1, true]);
  assertEquals(server.accepting.wasOwn(), false);
});

Deno.test("acceptAgain() looks no more after its end", async () => {
  using timers = new FakeTimers();
  using server = new FakeServer();
  server.accepting[Symbol.dispose]();
  await timers.pass(60_000);
  assertEquals([server.knocks, timers.pending], [0, 0]);
});

/** What a server may have, and whether it has no more permissions than `--check` says. */
const FEW: [limit: number, isPermitted: boolean][] = [[40, false], [80, true]];

// Most of it is waiting for a server that nobody else can connect to: both at once.
Deno.test({
  ...needing(
    "stdws --engine=node accepts again after it had too few files, with all permissions and as --check says",
    "bash",
  ),
  async fn() {
    const ends = await Promise.allSettled(FEW.map((few) => acceptsAgain(...few)));
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  },
});

async function acceptsAgain(limit: number, isPermitted: boolean): Promise<void> {
  const port = freePort();
  const args = ["--engine=node", `--port=${port}`, "--address=127.0.0.1", "--route=/=echo"];
  const words = isPermitted ? await permittedWords(args) : ["-A", `${ROOT}main.ts`, ...args];
  const child = withDescriptors(limit, ["--no-prompt", ...words], ROOT);
  const lines = new Lines(child.stdout);
  try {
    await lines.until(/Starting WebSocket server/);
    using before = await RawClient.open(`ws://127.0.0.1:${port}/`);
    // Connected as well, and not asking for anything when the server listens again.
    using waiting = await Wire.connect({ port });
    await waiting.write("GET /nobody HTTP/1.1\r\nHost: h\r\n\r\n");
    await waiting.until(/404 Not Found\n/);
    const wires: Wire[] = [];
    for (let count = 0; count < 2 * limit; count++) wires.push(await Wire.connect({ port }));
    await before.send("still here");
    assertEquals(await before.text(), "still here");
    for (const wire of wires) wire[Symbol.dispose]();
    await lines.until(/\| ERROR {2}\| server .*Cannot accept connections: /);
    await lines.until(/Accepting connections again/);
    using wire = await Wire.connect({ port });
    await wire.write("GET /nobody HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    assertMatch(await wire.rest(), /^HTTP\/1\.1 404 /);
    await waiting.write("GET /nobody HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    assertMatch(await waiting.rest(), /^HTTP\/1\.1 404 /);
  } finally {
    child.kill("SIGTERM");
    await Promise.all([child.status, lines.ended]);
  }
}
