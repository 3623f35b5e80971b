import { assertEquals, assertMatch } from "@std/assert";
import { groupsOf, listTestFiles } from "../../scripts/test/groups.ts";
import { countsOf, failuresIn, withFailure } from "../../scripts/test/report.ts";
import { Lines } from "../support/lines.ts";
import { isAlive, pidIn } from "../support/processes.ts";
import { ROOT } from "../support/server.ts";
import { Tree } from "../support/tree.ts";

const GOOD = 'Deno.test("good", () => {});';

function runner(args: readonly string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", `${ROOT}scripts/test.ts`, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function runToEnd(args: readonly string[]): Promise<{ code: number; last: string[] }> {
  await using child = runner(args);
  const [stdout, , { code }] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.status,
  ]);
  const last = stdout.trimEnd().split("\n").filter((line) => /^(ok|FAILED|Cannot) /.test(line));
  return { code, last: last.map((line) => line.replace(/ \(\d+ min \d+ s\)$/, "")) };
}

Deno.test("listTestFiles() finds the files that the runtime takes for tests", async () => {
  const names = ["a_test.ts", "b.test.js", "test.mjs", "in/c_test.tsx", "in/deep/d.test.jsx"];
  const none = ["latest.ts", "test.json", "a_test.ts.old", "testing.ts", "in/test_a.ts"];
  await using tree = await Tree.make(
    Object.fromEntries([...names, ...none].map((name) => [name, GOOD])),
  );
  const args = ["test", "--no-check", "--no-config", "--quiet"];
  const ran = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: tree.root,
    env: { NO_COLOR: "1" },
  }).output();
  const found = new TextDecoder().decode(ran.stdout).matchAll(/^running 1 test from \.\/(.*)$/gm);
  const relative = (await listTestFiles([tree.root])).map((path) =>
    path.slice(tree.root.length + 1)
  );
  assertEquals(relative, names.toSorted());
  assertEquals(Array.from(found, ([, name]) => name).toSorted(), relative);
});

Deno.test("groupsOf() puts each file of tests into one group", async () => {
  const files = await listTestFiles([`${ROOT}tests`]);
  assertEquals(files.includes(`${ROOT}tests/scripts/test_test.ts`), true);
  assertEquals(groupsOf(files).flat(), files);
  assertEquals(groupsOf([]), []);
});

Deno.test("countsOf() counts what withFailure() adds, and failuresIn() names it", () => {
  const failure = { file: "./a&b.ts", name: 'a "name"', reason: "<code 1>" };
  for (const before of ["", '<testsuites><testcase name="c">\n</testcase></testsuites>']) {
    const report = withFailure(before, failure);
    assertEquals(countsOf(report), { passed: before === "" ? 0 : 1, failed: 1, ignored: 0 });
    assertEquals(failuresIn(report), [failure]);
  }
});

Deno.test("test.ts runs all files of a folder, and counts their tests", async () => {
  const more = 'Deno.test({ name: "left out", ignore: true, fn() {} });';
  const files = Array.from({ length: 20 }, (_, index) => [`${index}_test.ts`, GOOD + more]);
  await using tree = await Tree.make(Object.fromEntries(files));
  const { code, last } = await runToEnd(["--jobs=2", `--reports=${tree.root}/reports`, tree.root]);
  assertEquals([code, last.at(-1)], [0, "ok | 20 passed | 0 failed | 20 ignored"]);
  const reports = await Array.fromAsync(Deno.readDir(`${tree.root}/reports`));
  assertEquals(reports.length, 5);
});

Deno.test("test.ts ends a test that says nothing, names it, and runs what is behind it", async () => {
  const hanging = "await new Promise((resolve) => setTimeout(resolve, 1e6));";
  await using tree = await Tree.make({
    "a_test.ts": GOOD,
    "b_test.ts": `${GOOD} Deno.test("hangs", async () => { ${hanging} });`,
    "c_test.ts": GOOD,
  });
  // It counts from where a process has begun; from there on, two tests are a moment.
  const { code, last } = await runToEnd(["--patience=10", tree.root]);
  assertEquals([code, last.at(-1)], [1, "FAILED | 3 passed | 1 failed | 0 ignored"]);
  assertMatch(last.at(-2) ?? "", /b_test\.ts: hangs: Cancelled$/);
});

/** What is wrong beside all tests, and what is counted. */
const WRONG: [what: string, text: string, counts: RegExp][] = [
  ["does not load", 'throw new Error("none");', /2 passed \| 1 failed/],
  [
    "ends its process",
    `${GOOD} Deno.test("ends", () => Deno.kill(Deno.pid, "SIGKILL"));`,
    // Where it had not yet said that it has begun, it gets another process.
    /1 passed \| [12] failed/,
  ],
  ["is no TypeScript", "const = 1;", /0 passed \| 1 failed/],
];
for (const [what, text, counts] of WRONG) {
  Deno.test(`test.ts fails, and counts it, where a file ${what}`, async () => {
    await using tree = await Tree.make({ "a_test.ts": GOOD, "b_test.ts": text, "c_test.ts": GOOD });
    const { code, last } = await runToEnd([tree.root]);
    assertEquals(code, 1);
    assertMatch(last.at(-1) ?? "", counts);
    assertMatch(last.at(-2) ?? "", /_test\.ts: .*: Ended with the code \d+$/);
  });
}

Deno.test("test.ts refuses what it does not know, and folders without tests", async () => {
  await using tree = await Tree.make({ "a.ts": GOOD });
  const usage = "Cannot test: expected --jobs=N --reports=DIR --patience=SECONDS PATH…";
  for (const args of [["--jobs=0"], ["--patience=x"], ["--shard=1/2"]]) {
    assertEquals(await runToEnd(args), { code: 2, last: [usage] });
  }
  const none = { code: 1, last: ["Cannot test: there are no tests"] };
  assertEquals(await runToEnd([tree.root]), none);
});

Deno.test("test.ts that is told to end leaves no test behind", async () => {
  await using tree = await Tree.make({
    "a_test.ts": `Deno.test("hangs", async () => {
      await Deno.writeTextFile(new URL("pid", import.meta.url), \`\${Deno.pid}\`);
      await new Promise((resolve) => setTimeout(resolve, 1e6));
    });`,
  });
  await using watcher = Deno.watchFs(tree.root);
  await using child = runner([tree.root]);
  const lines = new Lines(child.stdout);
  const errors = new Response(child.stderr).text();
  let pid = "";
  for await (const _ of watcher) {
    pid = await Deno.readTextFile(`${tree.root}/pid`).catch(() => "");
    if (pid !== "") break;
  }
  assertEquals(isAlive(pidIn(pid)), true);
  child.kill("SIGINT");
  const [{ code }] = await Promise.all([child.status, lines.ended, errors]);
  assertEquals([code, isAlive(Number(pid))], [130, false]);
  assertMatch(lines.all.join("\n"), /FAILED .*a_test\.ts: hangs: Cancelled/);
});
