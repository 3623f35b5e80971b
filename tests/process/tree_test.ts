import { assert, assertEquals } from "@std/assert";
import { ID_PREFIX } from "../../lib/base/request.ts";
import { startOf } from "../../lib/process/proc.ts";
import { killAll, ProcessTree } from "../../lib/process/tree.ts";
import { Folder } from "../support/folder.ts";
import { Lines } from "../support/lines.ts";
import { needing } from "../support/programs.ts";
import { isAlive, pidIn } from "../support/processes.ts";

const ENOUGH = 5_000;
let ids = 0;

/** A shell script with its tree; what it started is gone at the end, whatever the test found. */
class Script implements AsyncDisposable {
  readonly child: Deno.ChildProcess;
  readonly tree: ProcessTree;
  readonly lines: Lines;
  readonly #seen = new Set<number>();

  /** @param env Variables for it, such as scripts for other shells, which need no quotes then. */
  constructor(script: string, env: Record<string, string> = {}) {
    const id = `${ID_PREFIX}tree${++ids}`;
    this.child = new Deno.Command("sh", {
      args: ["-c", script],
      env: { ...env, UNIQUE_ID: id },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.tree = new ProcessTree(this.child, id);
    this.lines = new Lines(this.child.stdout);
  }

  /** The process number behind a word that the script wrote. */
  async pid(word: string): Promise<number> {
    const line = await this.lines.until(new RegExp(`^${word} \\d+$`));
    const pid = pidIn(line.slice(word.length + 1));
    this.#seen.add(pid);
    return pid;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.tree.signal("SIGKILL");
    for (const pid of this.#seen) if (isAlive(pid)) Deno.kill(pid, "SIGKILL");
    await this.child.stdin.close().catch(() => {});
    await Promise.all([this.child.status, this.lines.ended]);
    this.tree[Symbol.dispose]();
  }
}

function test(name: string, fn: () => Promise<void>): void {
  const needed = needing(name, ...(name.includes("session") ? ["setsid"] : []));
  Deno.test({ ...needed, ignore: needed.ignore || Deno.build.os !== "linux", fn });
}

const WAIT = "exec sleep 600";
const KINDS: [what: string, script: string][] = [
  ["a child", `sh -c 'echo kin $$; ${WAIT}' & wait`],
  ["a child of a child", `(sh -c 'echo kin $$; ${WAIT}'; true) & wait`],
  ["a child without its variables", `env -i sh -c 'echo kin $$; ${WAIT}' & wait`],
  ["a child in a session of its own", `setsid sh -c 'echo kin $$; ${WAIT}' & wait`],
  ["an orphan", `(sh -c 'echo kin $$; ${WAIT}' &); exec cat`],
  ["an orphan in a session of its own", `(setsid sh -c 'echo kin $$; ${WAIT}' &); exec cat`],
  ["a child of an orphan", `((sh -c 'echo kin $$; ${WAIT}'; true) &); exec cat`],
  ["an orphan of a program that has ended", `(sh -c 'echo kin $$; ${WAIT}' &)`],
];
for (const [what, script] of KINDS) {
  test(`ProcessTree.signal() ends ${what}`, async () => {
    await using running = new Script(script);
    const pid = await running.pid("kin");
    assertEquals(await running.tree.ended(0), false);
    await running.tree.signal("SIGKILL");
    assertEquals(await running.tree.ended(ENOUGH), true);
    assertEquals(startOf(pid), undefined);
  });
}

test("ProcessTree.ended() says true when the program has ended and left nothing", async () => {
  await using running = new Script("echo done");
  assertEquals(await running.tree.ended(ENOUGH), true);
});

test("ProcessTree.ended() says false while an orphan of an ended program runs", async () => {
  await using running = new Script(`(sh -c 'echo kin $$; ${WAIT}' &)`);
  const pid = await running.pid("kin");
  await running.child.status;
  assertEquals(await running.tree.ended(1), false);
  assert(isAlive(pid));
});

test("ProcessTree.ended() waits for what orphans start before they end", async () => {
  // Each lives for longer than a first look takes, which alone can miss one that hops meanwhile.
  const HOP =
    "hop() { if [ $1 = 0 ]; then echo last; else sleep 0.2; (hop $(($1 - 1)) &); fi; }; (hop 6 &)";
  await using running = new Script(HOP);
  assertEquals(await running.tree.ended(4 * ENOUGH), true);
  assertEquals(running.lines.all, ["last"]);
});

test("ProcessTree.ended() says false as long as orphans leave others behind, each within a look", async () => {
  await using folder = await Folder.make();
  const HOP = `[ -e ${folder.path}/over ] || (sh -c "$HOP" &)`;
  await using running = new Script('(sh -c "$HOP" &)', { HOP });
  assertEquals(await running.tree.ended(500), false);
  await Deno.writeTextFile(`${folder.path}/over`, "");
  assertEquals(await running.tree.ended(ENOUGH), true);
});

test("ProcessTree.signal() sends the signal that it is given", async () => {
  const CHILD = "trap 'echo got TERM; exit' TERM; echo kin $$; while :; do sleep 0.01; done";
  await using running = new Script('sh -c "$CHILD" & exec cat', { CHILD });
  await running.pid("kin");
  await running.tree.signal("SIGTERM");
  assertEquals(await running.lines.until(/^got/), "got TERM");
  assertEquals((await running.child.status).signal, "SIGTERM");
  assertEquals(await running.tree.ended(ENOUGH), true);
});

test("ProcessTree.signal() ends what a child has started since the last signal", async () => {
  const env = {
    KIN: "echo kin $$; exec sleep 600",
    CHILD: `trap 'sh -c "$KIN"' TERM; echo child $$; while :; do sleep 0.01; done`,
  };
  await using running = new Script('trap : TERM; sh -c "$CHILD" & while :; do wait; done', env);
  await running.pid("child");
  await running.tree.signal("SIGTERM");
  const pid = await running.pid("kin");
  await running.tree.signal("SIGKILL");
  assertEquals(await running.tree.ended(ENOUGH), true);
  assertEquals(startOf(pid), undefined);
});

test("ProcessTree leaves the processes of another tree alone", async () => {
  await using first = new Script(`(sh -c 'echo kin $$; ${WAIT}' &); exec cat`);
  await using second = new Script(`(sh -c 'echo kin $$; ${WAIT}' &); exec cat`);
  const [ended, stays] = [await first.pid("kin"), await second.pid("kin")];
  await first.tree.signal("SIGKILL");
  assertEquals(await first.tree.ended(ENOUGH), true);
  assertEquals(startOf(ended), undefined);
  assert(isAlive(stays));
  assert(isAlive(second.child.pid));
});

test("ProcessTree has the number of its program", async () => {
  await using running = new Script("exec cat");
  assertEquals(running.tree.pid, running.child.pid);
});

test("killAll() kills every tree that was not disposed", async () => {
  await using first = new Script(`(sh -c 'echo kin $$; ${WAIT}' &); exec cat`);
  await using second = new Script(`sh -c 'echo kin $$; ${WAIT}' & wait`);
  await using third = new Script("echo kin $$; exec cat");
  const pids = [await first.pid("kin"), await second.pid("kin")];
  const stays = await third.pid("kin");
  third.tree[Symbol.dispose]();
  killAll();
  for (const { tree } of [first, second]) assertEquals(await tree.ended(ENOUGH), true);
  for (const pid of pids) assertEquals(startOf(pid), undefined);
  assertEquals((await first.child.status).signal, "SIGKILL");
  assertEquals((await second.child.status).signal, "SIGKILL");
  assert(isAlive(stays));
});
