import { assertEquals, assertThrows } from "@std/assert";
import { Log } from "../../lib/base/log.ts";
import { Permits } from "../../lib/base/permits.ts";
import { ID_PREFIX } from "../../lib/base/request.ts";
import { lines } from "../../lib/codec/lines.ts";
import { Life } from "../../lib/process/life.ts";
import { Runner } from "../../lib/process/runner.ts";
import { Stdin } from "../../lib/process/stdin.ts";
import { NotingMeter } from "../base/noting_meter.ts";
import { PATIENT } from "../support/patient.ts";

/** What is counted of a script, which is told to end where it does not by itself. */
async function counted(script: string, ends: boolean, closeMs = 0): Promise<string[]> {
  const meter = new NotingMeter();
  await using runner = new Runner({});
  const started = await runner.start({
    processes: new Permits(0),
    meter: meter.at("/a"),
    program: "/bin/sh",
    args: ["-c", script],
    id: `${ID_PREFIX}meter`,
    environment: (inherited) => ({ ...inherited }),
    log: new Log(),
    refusal: "",
  });
  const life = new Life(started, { closeMs });
  runner.keep(started, life.gone);
  const ready = Promise.withResolvers<void>();
  const decoder = lines.decoder("stdout", () => ready.resolve());
  if (!decoder) throw new Error("lines take stdout");
  life.begin({
    feed: (stdin) => new Stdin({ maxQueue: 100 }).feed(stdin),
    stdout: { decoder, smallest: 512 },
  });
  await ready.promise;
  if (!ends) life.end();
  await life.gone;
  return meter.noted;
}

const CASES: [
  what: string,
  script: string,
  ends: boolean,
  noted: string[],
  closeMs?: number,
][] = [
  ["ends by itself", "echo a; exit 3", true, ["started", "ended 3"]],
  [
    "ends at the end of its input",
    "echo a; read -r line; exit 0",
    false,
    ["started", "ended 0"],
    PATIENT.closeMs,
  ],
  ["is ended by a signal of others", "echo a; kill -KILL $$", true, ["started", "ended SIGKILL"]],
  ["is ended by the first signal", "echo a; exec sleep 600", false, [
    "started",
    "signalled SIGINT",
    "ended SIGINT",
  ]],
  ["ignores signals", "trap '' INT TERM; echo a; while :; do sleep 600; done", false, [
    "started",
    "signalled SIGINT",
    "signalled SIGTERM",
    "signalled SIGKILL",
    "ended SIGKILL",
  ]],
];

for (const [what, script, ends, noted, closeMs] of CASES) {
  Deno.test(`Runner and Life count a process that ${what}`, async () => {
    assertEquals(await counted(script, ends, closeMs), noted.map((event) => `/a: ${event}`));
  });
}

Deno.test("Runner.start() counts what it does not start", async () => {
  const meter = new NotingMeter();
  const forks = new Permits(1);
  await using runner = new Runner({ forks });
  const job = {
    processes: forks,
    meter: meter.at("/a"),
    program: "/nothing/there",
    args: [],
    id: `${ID_PREFIX}meter`,
    environment: () => ({}),
    log: new Log(),
    refusal: "",
  };
  assertThrows(() => runner.start(job));
  using _taken = forks.take();
  assertThrows(() => runner.start(job));
  assertEquals(meter.noted, ["/a: not started", "/a: limited maxforks"]);
});
