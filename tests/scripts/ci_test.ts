import { assertEquals } from "@std/assert";
import { untilGone } from "../support/processes.ts";
import { ROOT } from "../support/server.ts";
import { Tree } from "../support/tree.ts";

/** What a check of the gate does: the shell's words after its name. */
type Fates = Readonly<Record<string, string>>;

const REPORT = '<testsuites><testcase name="a">\n</testcase></testsuites>';

/**
 * Stands for npx and for the Deno that it brings: a task does what `fates` says of its name, `eval` tells where Deno is,
 * and what else is run is run.
 */
const NPX = `#!/bin/bash
# Not the version that npx is told.
[ "$1" != -y ] || shift 2
case "$1 $2" in
  "eval "*) echo "$0" ;;
  "task "*) name=$2 ;;
  "run -A") name=$(basename "$3" .ts) ;;
  *) exec "$DENO" "$@" ;;
esac
case $name in
  autobahn) echo $$ >>"$FATES/judges" ;;
  test) echo '${REPORT}' >"\${3#--reports=}/001.xml" ;;
esac
[ ! -f "$FATES/$name" ] || . "$FATES/$name"
exit 0
`;

/** Runs the gate in a folder of its own beside tools that judge, with commands that end as they are told. */
async function runGate(
  fates: Fates,
  env: Record<string, string> = {},
): Promise<{ code: number; last: string[] }> {
  await using tree = await Tree.make({
    "bin/npx": NPX,
    // Nothing is installed by a test.
    "bin/apt-get": "#!/bin/sh\n",
    "fates/judges": "",
    "temporary/none": "",
    "../shared/tools/autobahn/setup": "#!/bin/sh\n",
    ...Object.fromEntries(Object.entries(fates).map(([name, fate]) => [`fates/${name}`, fate])),
  }, { "scripts": `${ROOT}scripts`, "lib": `${ROOT}lib`, "deno.json": `${ROOT}deno.json` });
  for (const path of ["root/bin/npx", "root/bin/apt-get", "shared/tools/autobahn/setup"]) {
    await Deno.chmod(`${tree.top}/${path}`, 0o755);
  }
  await Deno.mkdir(`${tree.root}/.ci`);
  for (const name of ["run", "count.ts"]) {
    await Deno.copyFile(`${ROOT}.ci/${name}`, `${tree.root}/.ci/${name}`);
  }
  const { code, stdout } = await new Deno.Command("bash", {
    args: [`${tree.root}/.ci/run`],
    env: {
      DENO: Deno.execPath(),
      FATES: `${tree.root}/fates`,
      PATH: `${tree.root}/bin:${Deno.env.get("PATH")}`,
      TMPDIR: `${tree.root}/temporary`,
      ...env,
    },
    stdin: "null",
    stderr: "inherit",
  }).output();
  const left = await Array.fromAsync(Deno.readDir(`${tree.root}/temporary`), ({ name }) => name);
  assertEquals(left, ["none"]);
  const judges = await Deno.readTextFile(`${tree.root}/fates/judges`);
  for (const pid of judges.trim().split("\n")) await untilGone(Number(pid));
  const [, last = ""] = new TextDecoder().decode(stdout).split(/^It took .*$/m);
  return { code, last: last.split("\n").filter((line) => line !== "") };
}

/** Waits until so many processes have said that they judge. */
function judgesAre(count: number): string {
  return `until [ $(wc -l <"$FATES/judges") = ${count} ]; do sleep 0.01; done`;
}

type Case = [
  what: string,
  fates: Fates,
  code: number,
  last: string[],
  env?: Record<string, string>,
];

const CASES: Case[] = [
  ["everything passes", {}, 0, ["7 passed, 0 failed, 0 skipped"]],
  [
    "a test fails",
    {
      test:
        `echo '<testcase name="b" classname="b_test.ts">\n<failure message="c">' >>"\${3#--reports=}/001.xml"; exit 1`,
    },
    1,
    ["FAILED b_test.ts: b: c", "failed: deno task test (exit 1)", "6 passed, 2 failed, 0 skipped"],
  ],
  ["no test could be run", { test: 'rm "${3#--reports=}/001.xml"; exit 1' }, 1, [
    "failed: deno task test (exit 1)",
    "5 passed, 1 failed, 0 skipped",
  ]],
  ["the style is wrong", { static: "exit 3" }, 1, [
    "failed: deno task static (exit 3)",
    "6 passed, 1 failed, 0 skipped",
  ]],
  ["an example of the documentation fails", { doc: "exit 1" }, 1, [
    "failed: deno task doc (exit 1)",
    "6 passed, 1 failed, 0 skipped",
  ]],
  ["the soak finds something", { soak: "exit 1" }, 1, [
    "failed: soak (exit 1)",
    "6 passed, 1 failed, 0 skipped",
  ]],
  ["Autobahn finds something", { autobahn: "exit 2" }, 1, [
    "failed: Autobahn node native client (exit 2)",
    "failed: Autobahn compressed (exit 2)",
    "5 passed, 2 failed, 0 skipped",
  ]],
  ["Autobahn cannot be installed", { autobahn: "exit 3" }, 0, [
    "skipped: Autobahn node native client: its packages cannot be had",
    "skipped: Autobahn compressed: its packages cannot be had",
    "5 passed, 0 failed, 2 skipped",
  ]],
  // All that it has started is ended with it.
  [
    "Autobahn does not come to its end",
    {
      autobahn: '(echo $BASHPID >>"$FATES/judges"; exec sleep 1000) & wait',
      // Nobody loses his patience with one that has not begun.
      doc: judgesAre(2),
      soak: judgesAre(4),
    },
    1,
    [
      "failed: Autobahn node native client (exit 143)",
      "failed: Autobahn compressed (exit 143)",
      "5 passed, 2 failed, 0 skipped",
    ],
    { CI_PATIENCE: "1" },
  ],
  ["the runtime to compile with cannot be had", { compile: "exit 3" }, 0, [
    "skipped: the executable: the runtime to compile with cannot be downloaded",
    "7 passed, 0 failed, 1 skipped",
  ]],
  ["it cannot be compiled", { compile: "exit 1" }, 1, [
    "failed: deno task compile (exit 1)",
    "7 passed, 1 failed, 0 skipped",
  ]],
  // Whoever ends it, as a machine that has lost its patience, leaves no judge behind.
  [
    "somebody ends it",
    {
      autobahn: "exec sleep 1000",
      static: 'until [ -s "$FATES/judges" ]; do sleep 0.01; done; kill $PPID',
    },
    143,
    [],
  ],
];
for (const [what, fates, code, last, env] of CASES) {
  Deno.test({
    name: `.ci/run ends with ${code} and counts what there is where ${what}`,
    ignore: Deno.build.os === "windows",
    fn: async () => assertEquals(await runGate(fates, env), { code, last }),
  });
}
