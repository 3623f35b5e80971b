/**
 * Runs all tests: their files in groups, several groups beside each other, each in a process of its own. One that
 * says nothing for minutes is ended with the name of the test that it was at, and the rest of its group runs without.
 *
 *     deno task test                       everything: two groups for each processor, at most four
 *     deno task test tests/hub tests/e2e   what is in these folders, and these files
 *     deno task test --jobs=1              one after the other
 *     deno task test --reports=DIR         leaves the JUnit reports in DIR
 *     deno task test --patience=60         seconds until a test that says nothing is ended, in place of 300
 *
 * Types are not looked at: the task does that before. The exit code is 1 where a test failed or did not run, and
 * 130 where somebody ended it.
 *
 * @module
 */
// @ts-types="../lib/base/std.d.ts"
import { parseArgs } from "@std/cli/parse-args";
import { groupsOf, listTestFiles } from "./test/groups.ts";
import { countsOf, type Failure, failuresIn, lineOf } from "./test/report.ts";
import { runGroup } from "./test/run_group.ts";

const SIGNALS = Deno.build.os === "windows" ? ["SIGINT"] as const : ["SIGINT", "SIGTERM"] as const;

const say = (text: string) => Deno.stdout.write(new TextEncoder().encode(`${text}\n`));

/** Reads the options, runs the groups, and prints what each says when it has ended; returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const { _: paths, jobs, patience, reports, ...unknown } = parseArgs([...args], {
    string: ["jobs", "patience", "reports"],
  });
  // Most of the time of most tests is waiting.
  const atOnce = Number(jobs ?? Math.min(4, 2 * navigator.hardwareConcurrency));
  const seconds = Number(patience ?? 300);
  if (!(atOnce >= 1 && seconds > 0) || Object.keys(unknown).length > 0) {
    await say("Cannot test: expected --jobs=N --reports=DIR --patience=SECONDS PATH…");
    return 2;
  }
  const start = performance.now();
  const files = await listTestFiles(paths.length > 0 ? paths.map(String) : ["tests"]);
  if (files.length === 0) {
    await say("Cannot test: there are no tests");
    return 1;
  }
  const ending = new AbortController();
  for (const signal of SIGNALS) Deno.addSignalListener(signal, () => ending.abort());
  const folder = reports === undefined ? await Deno.makeTempDir() : `${reports}`;
  await Deno.mkdir(folder, { recursive: true });

  const groups = groupsOf(files);
  const total = { passed: 0, failed: 0, ignored: 0 };
  const failures: Failure[] = [];
  let count = 0;
  async function work(_: unknown, worker: number): Promise<void> {
    // From both ends: what is in one folder wants the same of the machine, and measures itself.
    const next = () => worker % 2 === 0 ? groups.shift() : groups.pop();
    for (let group = next(); group && !ending.signal.aborted; group = next()) {
      const name = `${++count}`.padStart(3, "0");
      const options = { folder, name, patience: 1000 * seconds, signal: ending.signal };
      for await (const { output, report } of runGroup(group, options)) {
        const { passed, failed, ignored } = countsOf(report);
        total.passed += passed;
        total.failed += failed;
        total.ignored += ignored;
        failures.push(...failuresIn(report));
        await say(output);
      }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work));
  if (reports === undefined) await Deno.remove(folder, { recursive: true });

  const took = Math.round((performance.now() - start) / 1000);
  await say([
    ...failures.map(lineOf),
    `${
      failures.length === 0 ? "ok" : "FAILED"
    } | ${total.passed} passed | ${total.failed} failed | ` +
    `${total.ignored} ignored (${Math.floor(took / 60)} min ${took % 60} s)`,
  ].join("\n"));
  if (ending.signal.aborted) return 130;
  return failures.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
