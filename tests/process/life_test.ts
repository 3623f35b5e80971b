import { assert, assertEquals } from "@std/assert";
import { Log } from "../../lib/base/log.ts";
import { nextTurn } from "../../lib/base/next_turn.ts";
import { Permits } from "../../lib/base/permits.ts";
import { ID_PREFIX } from "../../lib/base/request.ts";
import { CODECS, type Framing } from "../../lib/codec/codecs.ts";
import type { Gauge, Message } from "../../lib/contract.ts";
import { expectEnd } from "../../lib/process/expected_end.ts";
import { Life } from "../../lib/process/life.ts";
import { startOf } from "../../lib/process/proc.ts";
import { Runner, type Started } from "../../lib/process/runner.ts";
import { closeOf } from "../../lib/process/status.ts";
import { Stdin } from "../../lib/process/stdin.ts";
import type { Orphans } from "../../lib/process/tree.ts";
import { FakeTimers } from "../base/fake_timers.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { PATIENT } from "../support/patient.ts";
import { untilGone } from "../support/processes.ts";

interface Options {
  readonly framing?: Framing;
  readonly orphans?: Orphans;
  readonly ending?: AbortSignal;
  readonly gauge?: Gauge;
  readonly closeMs?: number;
}

let lives = 0;

/** The life of a bash script, and what it has written. */
class Scene implements AsyncDisposable {
  readonly messages: Message[] = [];
  readonly forks = new Permits(1);
  readonly life: Life;
  readonly started: Started;
  readonly #stdin = new Stdin({ maxQueue: 1_000_000 });
  readonly #runner = new Runner({ forks: this.forks });
  #arrival = Promise.withResolvers<void>();

  constructor(script: string, options: Options = {}) {
    const { framing = "lines", orphans, ending, gauge, closeMs = 0 } = options;
    const id = `${ID_PREFIX}life-${++lives}`;
    this.started = this.#runner.start({
      processes: this.forks,
      program: "/bin/bash",
      args: ["-c", script],
      id,
      environment: (inherited) => ({ ...inherited, UNIQUE_ID: id }),
      log: new Log(),
      refusal: "",
      orphans,
    }) as Started;
    this.life = new Life(this.started, { closeMs, ending });
    this.#runner.keep(this.started, this.life.gone);
    const outlet = (stream: "stdout" | "stderr") => {
      const decoder = CODECS[framing].decoder(stream, (batch) => {
        this.messages.push(...batch);
        this.#arrival.resolve();
        this.#arrival = Promise.withResolvers();
      });
      return decoder && { decoder, gauge, smallest: 512 };
    };
    const stdout = outlet("stdout");
    assert(stdout);
    this.life.begin({
      feed: (stream) => this.#stdin.feed(stream),
      stdout,
      stderr: outlet("stderr"),
    });
  }

  say(text: string): void {
    this.#stdin.add({ waiting: 0 }, "message", new TextEncoder().encode(text));
  }

  async next(): Promise<Message> {
    while (this.messages.length === 0) await this.#arrival.promise;
    return this.messages.shift() ?? "";
  }

  /** How a client hears of its end. */
  async close(): Promise<string> {
    const { code, reason } = closeOf(await this.life.over);
    return `${code} ${reason}`.trimEnd();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.life.end();
    await this.#runner[Symbol.asyncDispose]();
  }
}

// For what a script starts: waits until that has ended, whose number is that of the script, and was asked for its status.
const OUTLIVES = "while kill -0 $$ 2>/dev/null; do sleep 0.01; done";

const ENDS: [what: string, script: string, messages: string[], close: string][] = [
  ["a process", "echo a; exit 3", ["a"], "4003 exit status 3"],
  ["a process that a signal ends", "echo a; kill -KILL $$", ["a"], "4137 SIGKILL"],
  ["a process without its output", "echo a; exec >&-; exec sleep 600", ["a"], "1000"],
  [
    "a filter that outlives its process",
    'exec > >(while read -r l; do sleep 0.2; echo "$l"; done); echo a; echo b; exit 3',
    ["a", "b"],
    "4003 exit status 3",
  ],
  [
    "a worker that outlives its process",
    `(${OUTLIVES}; echo late) & echo a; exit 0`,
    ["a", "late"],
    "1000",
  ],
  [
    "a worker in a session of its own",
    `setsid bash -c "${OUTLIVES}; echo late" & echo a; exit 4`,
    ["a", "late"],
    "4004 exit status 4",
  ],
];
for (const [what, script, messages, close] of ENDS) {
  Deno.test(`Life takes all that is written by ${what}, then says ${close}`, async () => {
    await using scene = new Scene(script);
    assertEquals(await scene.close(), close);
    assertEquals(scene.messages, messages);
  });
}

Deno.test("Life waits for the end of stderr where that is shown", async () => {
  const script = `(${OUTLIVES}; echo late >&2) >&- & echo a; exit 3`;
  await using scene = new Scene(script, { framing: "streams" });
  assertEquals(await scene.close(), "4003 exit status 3");
  assertEquals(scene.messages, [
    '{"stream":"stdout","data":"a"}',
    '{"stream":"stderr","data":"late"}',
  ]);
});

Deno.test("Life does not wait for the end of stderr where that goes to the log", async () => {
  using log = new CapturedLog("error");
  const early =
    "(echo early >&2; exec sleep 600) >&- & until grep -qx sleep /proc/$!/comm; do :; done";
  await using scene = new Scene(`${early}; echo a; exit 3`);
  assertEquals(await scene.close(), "4003 exit status 3");
  await scene.life.gone;
  assertEquals(log.messages, ["ERROR stderr: early"]);
});

/** A clock on which a second passes at each look, as where the machine is busy. */
function slowMachine(): Disposable {
  const now = performance.now.bind(performance);
  let late = 0;
  performance.now = () => now() + 1000 * ++late;
  return {
    [Symbol.dispose]() {
      performance.now = now;
    },
  };
}

Deno.test("Life has all of stderr in the log, and says whose it does not read any more", async () => {
  using log = new CapturedLog("info");
  const job = "setsid sleep 600 > /dev/null < /dev/null & echo $!";
  await using scene = new Scene(`${job}; seq 2000 >&2; exit 3`, { orphans: "keep" });
  const pid = Number(await scene.next());
  {
    using _slow = slowMachine();
    await scene.life.gone;
  }
  Deno.kill(pid, "SIGKILL");
  const held = "Nothing more is read of it, though somebody who outlives the process still has it";
  assertEquals(log.messages, [
    ...Array.from({ length: 2000 }, (_, n) => `ERROR stderr: ${n + 1}`),
    `INFO process: stderr of process ${scene.life.pid}: ${held}`,
  ]);
  await untilGone(pid);
});

Deno.test("Life keeps its permit as long as its output is held, and gives it back before it is over", async () => {
  await using scene = new Scene("(echo $BASHPID; read -r go <&3) 3<&0 & exit 0");
  await scene.next();
  await scene.started.tree.exit;
  assertEquals(scene.forks.taken, 1);
  scene.say("go\n");
  await scene.life.over;
  assertEquals(scene.forks.taken, 0);
});

Deno.test("Life ends a worker that holds the output when it is told to", async () => {
  const scene = new Scene("sleep 600 & echo $!; exit 0");
  const pid = Number(await scene.next());
  assert(startOf(pid));
  await scene[Symbol.asyncDispose]();
  assertEquals(startOf(pid), undefined);
  assertEquals((await scene.life.over).told, true);
});

Deno.test("Life ends what was left behind without the output", async () => {
  await using scene = new Scene("sleep 600 > /dev/null & echo $!; exit 0");
  assertEquals(await scene.close(), "1000");
  await scene.life.gone;
  assertEquals(startOf(Number(await scene.next())), undefined);
});

Deno.test("Life lets live what was left behind, where orphans are kept", async () => {
  const job = "setsid sleep 600 > /dev/null 2>&1 < /dev/null & echo $!";
  for (const script of [`${job}; exit 0`, `trap '${job}; exit' INT; echo up; sleep 600 & wait`]) {
    const scene = new Scene(script, { orphans: "keep" });
    let line = await scene.next();
    if (line === "up") {
      scene.life.end();
      line = await scene.next();
    }
    await scene[Symbol.asyncDispose]();
    assert(startOf(Number(line)), `${line} lives`);
    Deno.kill(Number(line), "SIGKILL");
    await untilGone(Number(line));
  }
});

Deno.test("Life says how it was cut where it is told to end in the middle of its output", async () => {
  await using scene = new Scene("echo a; exec sleep 600");
  await scene.next();
  scene.life.end();
  const { told, cut, status } = await scene.life.over;
  assertEquals([told, cut, status], [true, true, undefined]);
});

Deno.test("Life takes what a process writes after it was told to end", async () => {
  await using scene = new Scene("echo a; cat; echo last", PATIENT);
  await scene.next();
  scene.say("more\n");
  scene.life.end();
  const { told, cut, status } = await scene.life.over;
  assertEquals([told, cut, status?.code], [true, false, 0]);
  assertEquals(scene.messages, ["more", "last"]);
});

Deno.test("Life is over at once where its output cannot be read", async () => {
  using log = new CapturedLog("error");
  await using scene = new Scene("echo '{'; echo '}}'; exec sleep 600", { framing: "json" });
  assertEquals(await scene.close(), "1011 The output is no JSON");
  assertEquals(scene.messages, ["{\n}"]);
  const { pid } = scene.life;
  assertEquals(log.messages, [`ERROR process: stdout of process ${pid}: The output is no JSON`]);
});

Deno.test("Life waits for who reads slowly, also when the process has ended", async () => {
  const asked = Promise.withResolvers<void>();
  const { promise, resolve } = Promise.withResolvers<void>();
  const gauge = {
    bufferedAmount: Infinity,
    drained() {
      asked.resolve();
      return promise;
    },
  };
  await using scene = new Scene("echo a; echo b; exit 3", { gauge });
  let isOver = false;
  const over = scene.close().finally(() => isOver = true);
  await Promise.all([scene.started.tree.exit, asked.promise]);
  for (let turn = 0; turn < 10; turn++) await nextTurn();
  assertEquals(isOver, false);
  resolve();
  assertEquals(await over, "4003 exit status 3");
});

for (
  const [how, script] of [["SIGINT", "kill -INT $$"], ["130", "exit 130"], ["143", "exit 143"]]
) {
  Deno.test(`Life says 1001 where the server hears of its end just after a process ends by ${how}`, async () => {
    const ending = new AbortController();
    const { signal } = ending;
    signal.addEventListener = (...listener: Parameters<AbortSignal["addEventListener"]>) => {
      AbortSignal.prototype.addEventListener.apply(signal, listener);
      ending.abort();
    };
    await using scene = new Scene(`echo a; ${script}`, { ending: signal });
    await scene.started.tree.exit;
    assertEquals([signal.aborted, await scene.close()], [false, "1001"]);
  });
}

Deno.test("Life says 1001 where it was expected that the server hears of its end, however late", async () => {
  using timers = new FakeTimers();
  const ending = new AbortController();
  const { signal } = ending;
  const asked = Promise.withResolvers<void>();
  signal.addEventListener = (...listener: Parameters<AbortSignal["addEventListener"]>) => {
    AbortSignal.prototype.addEventListener.apply(signal, listener);
    asked.resolve();
  };
  expectEnd(600_000);
  await using scene = new Scene("trap - INT; kill -INT $$", { ending: signal });
  const closed = scene.close();
  await asked.promise;
  await timers.pass(5_000);
  ending.abort();
  assertEquals(await closed, "1001");
  expectEnd(0);
});

Deno.test("Life says the truth where a process ends by SIGINT and the server does not", async () => {
  const { signal } = new AbortController();
  await using scene = new Scene("trap - INT; kill -INT $$", { ending: signal });
  assertEquals(await scene.close(), "4130 SIGINT");
});

Deno.test("Life says 1001 whatever the status while the server is ending", async () => {
  await using scene = new Scene("exit 3", { ending: AbortSignal.abort() });
  assertEquals(await scene.close(), "1001");
});

Deno.test("Life counts what a process did not take of its input", async () => {
  await using scene = new Scene("exec <&-; echo a; read -r go < /dev/zero");
  await scene.next();
  scene.say("12345");
  scene.life.end(0);
  await scene.life.gone;
  assertEquals(scene.life.lost, 5);
});
