import { assert, assertArrayIncludes, assertEquals } from "@std/assert";
import {
  adoptedBy,
  childrenOf,
  hasProc,
  isEnding,
  parentOf,
  startOf,
  valueIn,
  variablesOf,
} from "../../lib/process/proc.ts";
import { Lines } from "../support/lines.ts";

const ignore = Deno.build.os !== "linux";

/** A program that waits for the end of its input, and has said that it runs. */
async function withProgram(
  env: Record<string, string>,
  test: (pid: number) => void,
): Promise<number> {
  const child = new Deno.Command("sh", {
    args: ["-c", "echo started; read -r line"],
    env,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const lines = new Lines(child.stdout);
  try {
    await lines.until(/started/);
    test(child.pid);
  } finally {
    await child.stdin.close();
    await Promise.all([child.status, lines.ended]);
  }
  return child.pid;
}

Deno.test({
  name: "hasProc() says that Linux has a process table",
  ignore,
  fn: () => assertEquals(hasProc(), true),
});

Deno.test({
  name: "childrenOf() and parentOf() know a program and its server",
  ignore,
  async fn() {
    await withProgram({}, (pid) => {
      assertArrayIncludes(childrenOf(Deno.pid), [pid]);
      assertEquals(parentOf(pid), Deno.pid);
      assertEquals(childrenOf(pid), []);
    });
  },
});

Deno.test({
  name: "startOf() tells a process from one that has ended",
  ignore,
  async fn() {
    const pid = await withProgram({}, (pid) => {
      const start = startOf(pid);
      assert(start);
      assertEquals(startOf(pid), start);
      assert(Number(start) >= Number(startOf(Deno.pid)));
    });
    assertEquals(startOf(pid), undefined);
  },
});

Deno.test({
  name: "startOf() and isEnding() say that a zombie has ended",
  ignore,
  async fn() {
    // The shell does not wait for what ends after it has become another program.
    const script = "echo $$; sh -c 'echo $$; read -r line' & exec sleep 600";
    const child = new Deno.Command("sh", {
      args: ["-c", `exec 3<&0; ${script.replace("read -r line", "read -r line <&3")}`],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const lines = new Lines(child.stdout);
    await lines.until(/^\d+$/);
    while (lines.all.length < 2) await lines.until(new RegExp(`^(?!${child.pid}$)\\d+$`));
    const pid = Number(lines.all.find((line) => line !== String(child.pid)));
    assert(startOf(pid));
    assertEquals(isEnding(pid), false);
    await child.stdin.close();
    await untilState(pid, "Z");
    assertEquals(startOf(pid), undefined);
    assertEquals(isEnding(pid), true);
    assertEquals(parentOf(pid), child.pid);
    child.kill("SIGKILL");
    await Promise.all([child.status, lines.ended]);
  },
});

const VARIABLES: [env: Record<string, string>, name: string, value: string | undefined][] = [
  [{ UNIQUE_ID: "abc-1" }, "UNIQUE_ID", "abc-1"],
  [{ UNIQUE_ID: "a=b c" }, "UNIQUE_ID", "a=b c"],
  [{ UNIQUE_ID: "" }, "UNIQUE_ID", ""],
  [{ NOT_UNIQUE_ID: "a" }, "UNIQUE_ID", undefined],
  [{ OTHER: "UNIQUE_ID=a" }, "UNIQUE_ID", undefined],
];
for (const [env, name, value] of VARIABLES) {
  Deno.test({
    name: `valueIn() finds ${JSON.stringify(value)} for ${name} in ${JSON.stringify(env)}`,
    ignore,
    async fn() {
      await withProgram(env, (pid) => assertEquals(valueIn(variablesOf(pid) ?? "", name), value));
    },
  });
}

Deno.test("the process table has nothing to tell of a process that is not there", () => {
  const pid = 2 ** 30;
  assertEquals([childrenOf(pid), adoptedBy(pid)], [[], []]);
  assertEquals([parentOf(pid), startOf(pid), variablesOf(pid)], [0, undefined, undefined]);
  assertEquals(isEnding(pid), false);
});

/** Waits for a state of a process; nobody tells it, so it has to be looked for. */
async function untilState(pid: number, state: string): Promise<void> {
  while (!(await Deno.readTextFile(`/proc/${pid}/stat`)).includes(`) ${state} `));
}
