import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { Folder } from "../support/folder.ts";
import { isAlive, pidIn, untilGone } from "../support/processes.ts";
import { needing } from "../support/programs.ts";
import { runToEnd, type StartOptions, TestServer, wordsOf } from "../support/server.ts";
import {
  connect,
  connectAll,
  lives,
  startWorkers,
  TELLS,
  testNode,
  testWorkers,
  workersOf,
} from "./workers.ts";

function one<T>(values: Iterable<T>): [T, T] {
  const [first, second] = values;
  assert(first !== undefined && second !== undefined);
  return [first, second];
}

/** The environment that a process was started with. */
function environmentOf(pid: number): Map<string, string> {
  const texts = Deno.readTextFileSync(`/proc/${pid}/environ`).split("\0");
  return new Map(texts.map((text) => {
    const at = text.indexOf("=");
    return [text.slice(0, at), text.slice(at + 1)];
  }));
}

/** Sets how many descriptors a process that runs may have. */
async function limitFiles(pid: number, count: number): Promise<void> {
  const args = [`--pid=${pid}`, `--nofile=${count}:`];
  assert((await new Deno.Command("prlimit", { args }).output()).success);
}

testWorkers("stdws --workers=3 divides connections among three processes", async (form) => {
  await using server = await startWorkers([TELLS], { form }, 3);
  await server.stdout.until(/Serving with 3 workers$/);
  const all = await connectAll(server.url, 3);
  assertEquals([...all.keys()].sort(), workersOf(server).sort());
  for (const each of all.values()) {
    assert(await lives(each));
    each[Symbol.dispose]();
  }
  const places = server.stdout.all.filter((line) => /Starting WebSocket server/.test(line));
  assertEquals(places.length, 1);
});

testWorkers(
  "stdws --workers starts another worker in place of one that was killed",
  async (form) => {
    await using server = await startWorkers([TELLS], { form });
    const [[dies, its], [stays, others]] = one(await connectAll(server.url));
    Deno.kill(dies, "SIGKILL");
    await server.stdout.until(new RegExp(`Worker \\d \\(process ${dies}\\) has ended by SIGKILL$`));
    assertEquals((await its.client.rest()).closed.includes("hello"), false);
    await server.stdout.until(/Worker \d \(process \d+\) serves$/);
    assert(await lives(others));
    const all = await connectAll(server.url);
    assert(all.has(stays) && !all.has(dies));
    for (const each of [its, others, ...all.values()]) each[Symbol.dispose]();
  },
);

testNode("stdws --workers replaces a worker that does not answer any more", async (form) => {
  await using server = await startWorkers([TELLS], { form });
  const [[stops, its], [, others]] = one(await connectAll(server.url));
  Deno.kill(stops, "SIGSTOP");
  await server.stdout.until(/has not answered for 10 s: it is killed$/);
  await server.stdout.until(/Worker \d \(process \d+\) serves$/);
  await untilGone(stops);
  assert(await lives(others));
  const all = await connectAll(server.url);
  for (const each of [its, others, ...all.values()]) each[Symbol.dispose]();
});

testWorkers(
  "stdws --workers refuses a port that another server has, also one with workers",
  async (form) => {
    await using server = await startWorkers([TELLS], { form });
    const args = ["--workers=2", `--port=${server.port}`, "--address=127.0.0.1", "--echo"];
    const engine = form === "node"
      ? ["--engine=node"]
      : form === "binary"
      ? []
      : ["--engine=native"];
    const options: StartOptions = { form, flags: ["--unstable-net"] };
    const { code, stdout } = await runToEnd([...engine, ...args], options);
    assertEquals(code, 3);
    assertMatch(stdout, /Cannot listen on 127\.0\.0\.1:\d+: another server is using it$/m);
  },
);

testWorkers("stdws --workers says a mistake once, and ends with its code", async (form) => {
  const flags = ["--unstable-net"];
  for (
    const [args, says, status] of [
      [["--no-such"], /--no-such/g, 2],
      [["--", "there-is-no-such-program"], /there-is-no-such-program/g, 1],
      [["--route=/=module ./there-is-none.ts"], /Cannot serve the route/g, 1],
    ] as const
  ) {
    const all = ["--workers=2", "--port=0", "--address=127.0.0.1", ...args];
    const { code, stdout, stderr } = await runToEnd(all, { form, flags });
    assertEquals([code, (stdout + stderr).match(says)?.length], [status, 1], stdout + stderr);
  }
});

testWorkers("stdws --workers ends all workers and programs at SIGTERM", async (form) => {
  await using server = await startWorkers([TELLS], { form });
  const all = await connectAll(server.url);
  const workers = workersOf(server);
  const { code } = await server.stop();
  assertEquals([code, workers.map(isAlive)], [0, [false, false]]);
  for (const each of all.values()) {
    assertEquals((await each.client.rest()).closed, "1001 Server shutting down");
    each[Symbol.dispose]();
  }
});

testWorkers(
  "stdws --workers ends as one where Ctrl-C reaches all of its processes",
  async (form) => {
    await using server = await startWorkers([TELLS], { form, detached: true });
    const all = await connectAll(server.url);
    Deno.kill(-server.pid, "SIGINT");
    const { code } = await server.child.status;
    assertEquals(code, 0);
    for (const each of all.values()) {
      assertEquals((await each.client.rest()).closed, "1001 Server shutting down");
      each[Symbol.dispose]();
    }
  },
);

testWorkers(
  "stdws --workers tells clients of Ctrl-C that the server ends, however late the parent hears of it",
  async (form) => {
    const late =
      "--route=/late=process sh -c 'trap \"\" INT; echo ready; read go; sleep 0.2; echo over'";
    const route = "--route=/=process sh -c 'echo $$; exec cat'";
    await using server = await startWorkers([route, late], { form, detached: true });
    using client = await RawClient.open(server.url);
    using clock = await RawClient.open(server.url, { target: "/late" });
    const program = pidIn(await client.text());
    assertEquals(await clock.text(), "ready");
    server.child.kill("SIGSTOP");
    Deno.kill(-server.pid, "SIGINT");
    await untilGone(program);
    await clock.send("go");
    assertEquals(await clock.text(), "over");
    server.child.kill("SIGCONT");
    const { code } = await server.child.status;
    assertEquals([code, (await client.rest()).closed], [0, "1001 Server shutting down"]);
  },
);

testWorkers(
  "stdws --workers ends its workers and their programs where the parent was killed",
  async (form) => {
    const folder = await Deno.makeTempDir();
    await using server = await startWorkers([TELLS], { form, env: { TMPDIR: folder } });
    const all = await connectAll(server.url);
    const workers = workersOf(server);
    server.child.kill("SIGKILL");
    await Promise.all(workers.map(untilGone));
    // Nothing is left of it, the folder of the way between them included.
    assertEquals(await Array.fromAsync(Deno.readDir(folder), ({ name }) => name), []);
    await Deno.remove(folder);
    for (const each of all.values()) {
      assertEquals((await each.client.rest()).closed, "1001 Server shutting down");
      each[Symbol.dispose]();
    }
  },
);

testWorkers("stdws --workers --exit-idle ends when no worker has anything to do", async (form) => {
  // So long that a client comes in time on a machine that is busy.
  const args = [TELLS, "--exit-idle=5"];
  await using server = await startWorkers(args, { form });
  const each = await connect(server.url);
  // One to which nobody comes, and which begins later, has ended meanwhile.
  await using other = await startWorkers(args, { form });
  assertEquals((await other.child.status).code, 0);
  assert(await lives(each));
  await each.client.close();
  await server.stdout.until(/There was no connection for 5 s$/);
  assertEquals((await server.child.status).code, 0);
  each[Symbol.dispose]();
});

testWorkers("stdws --workers --drain gives connections their time", async (form) => {
  await using server = await startWorkers([TELLS, "--drain=600"], { form });
  const all = await connectAll(server.url);
  server.child.kill("SIGTERM");
  await server.stdout.until(/Draining: /);
  for (const each of all.values()) {
    assert(await lives(each));
    await each.client.close();
    each[Symbol.dispose]();
  }
  assertEquals((await server.child.status).code, 0);
});

Deno.test("stdws --workers serves with one process where it cannot with more, and says why", async () => {
  const local = ["--port=0", "--address=127.0.0.1", "--echo"];
  for (
    const [args, flags, why] of [
      [["--workers=2", "--once"], ["-A"], /in place of 2: --once serves one connection$/],
      [
        ["--workers=2"],
        ["--allow-net", "--allow-read", "--allow-sys", "--allow-env"],
        /in place of 2: that needs -A, and Deno does not allow --allow-run, --allow-ffi, --allow-write$/,
      ],
    ] as const
  ) {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--quiet", ...flags, "main.ts", ...local, ...args],
      env: { NO_COLOR: "1" },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const { Lines } = await import("../support/lines.ts");
    const [stdout, stderr] = [new Lines(child.stdout), new Lines(child.stderr)];
    await stdout.until(/Starting WebSocket server/);
    assert(stdout.all.some((line) => why.test(line)), stdout.all.join("\n"));
    assertEquals(workersOf(child).length, 0);
    child.kill("SIGTERM");
    await Promise.all([child.status, stdout.ended, stderr.ended]);
  }
});

Deno.test("stdws --workers=1 is the default: one process, and no parent", async () => {
  await using server = await TestServer.start([TELLS, "--workers=1"], { form: "node" });
  const each = await connect(server.url);
  assertEquals(each.worker, server.pid);
  each[Symbol.dispose]();
});

Deno.test("stdws takes no worker for one whose parent is not there", async () => {
  const { code, stderr } = await runToEnd(["--echo"], { env: { STDWS_WORKER: "/nowhere/parent" } });
  assertNotEquals(code, 0);
  assertMatch(stderr, /Cannot use STDWS_WORKER="\/nowhere\/parent": only a parent sets it/);
});

testWorkers("stdws --workers counts those of now whom it lets end", async (form) => {
  await using server = await startWorkers([TELLS, "--drain=600"], { form });
  const all = [];
  for (let count = 0; count < 5; count++) all.push(await connect(server.url));
  server.child.kill("SIGTERM");
  assertMatch(await server.stdout.until(/Draining: /), /: 5 connections may take/);
  for (const each of all) each[Symbol.dispose]();
  assertEquals((await server.child.status).code, 0);
});

testWorkers("stdws --workers says why there is no folder to meet in", async (form) => {
  const { code, stdout } = await runToEnd(["--port=0", "--echo", "--workers=2"], {
    form,
    flags: ["--unstable-net"],
    env: { TMPDIR: "/nowhere" },
  });
  assertEquals(code, 3);
  assertMatch(
    stdout,
    /Can't start server: Cannot make a folder in TMPDIR="\/nowhere", in which workers meet their parent: No such file or directory/,
  );
});

testNode("stdws --workers says that the system starts no more of them", async (form) => {
  const { code, stderr } = await runToEnd(["--port=0", "--echo", "--workers=40"], {
    form,
    files: 75,
  });
  assertEquals(code, 1);
  assertMatch(stderr, /^stdws: Cannot start worker \d+ of 40: .*Too many open files/);
});

testNode(
  "stdws --workers takes workers again after there was no descriptor for one",
  async (form) => {
    await using server = await startWorkers([TELLS], { form });
    const [killed = 0] = workersOf(server);
    const meeting = environmentOf(killed).get("STDWS_WORKER") ?? "";
    // What it has open stays so.
    await limitFiles(server.pid, 3);
    using _ = await Deno.connect({ transport: "unix", path: meeting });
    await server.stdout.until(/Cannot take workers: .*Too many open files/);
    await limitFiles(server.pid, 1024);
    await server.stdout.until(/Taking workers again$/);
    Deno.kill(killed, "SIGKILL");
    await server.stdout.until(/Worker \d \(process \d+\) serves$/);
  },
  ["prlimit"],
);

testNode("stdws --workers serves everybody where one of them cannot be started", async (form) => {
  await using folder = await Folder.make();
  const module = `${folder.path}/module.js`;
  const write = (text: string) => Deno.writeTextFile(module, text);
  await write("export default { open: (it) => void it.send('here') };");
  await using server = await startWorkers([TELLS, `--route=/=module ${module}`], { form });
  const [killed = 0, stays = 0] = workersOf(server);
  await write("{");
  Deno.kill(killed, "SIGKILL");
  await server.stdout.until(/has ended with status 1$/);
  // The system would give half of them to the one that is not there, also while that is tried again.
  const came = await Promise.all(Array.from({ length: 30 }, () => connect(server.url)));
  assertEquals(new Set(came.map(({ worker }) => worker)), new Set([stays]));
  for (const each of came) each[Symbol.dispose]();
  await write("export default { open: (it) => void it.send('here') };");
  await server.stdout.until(/Worker \d \(process \d+\) serves$/);
  const all = await connectAll(server.url);
  for (const each of all.values()) each[Symbol.dispose]();
});

testNode("stdws --workers loses nobody who waits for a worker that has died", async (form) => {
  await using server = await startWorkers([TELLS], { form });
  const all = await connectAll(server.url);
  const [[stops]] = one(all);
  Deno.kill(stops, "SIGSTOP");
  // The system gives about half of them to the one that stands still.
  const coming = Array.from({ length: 30 }, () => connect(server.url));
  const quick = new Set<unknown>();
  for (const each of coming) each.then(() => quick.add(each));
  while (quick.size < 5) await Promise.race(coming.filter((each) => !quick.has(each)));
  Deno.kill(stops, "SIGKILL");
  const came = await Promise.all(coming);
  assertEquals(new Set(came.map(({ worker }) => worker)).size, 2);
  for (const each of [...came, ...all.values()]) each[Symbol.dispose]();
});

testWorkers("stdws --workers ends at once at a second signal", async (form) => {
  await using server = await startWorkers([TELLS, "--drain=600"], { form });
  const all = await connectAll(server.url);
  const workers = workersOf(server);
  server.child.kill("SIGTERM");
  await server.stdout.until(/Draining: /);
  server.child.kill("SIGTERM");
  assertEquals((await server.child.status).code, 128 + 15);
  await Promise.all(workers.map(untilGone));
  for (const each of all.values()) each[Symbol.dispose]();
});

/** Gives a command the time of processors that `cpu.max` says, as a container has it by cgroups. */
const SHARE =
  `printf '0::/\\n' >"$0/cgroup" && mount -t tmpfs none /sys/fs/cgroup && : >/sys/fs/cgroup/cgroup.controllers && echo "$1" >/sys/fs/cgroup/cpu.max && shift && mount --bind "$0/cgroup" /proc/$$/cgroup && exec "$@"`;

const auto = needing(
  "stdws --workers=auto counts the processors whose time a container has",
  "unshare",
);
Deno.test({
  ...auto,
  // Only root may mount.
  ignore: auto.ignore || Deno.uid() !== 0,
  async fn() {
    const isOne = async (share: string) => {
      await using folder = await Folder.make();
      const command = [...wordsOf(), "--check", "--workers=auto", "--echo"];
      const args = ["-m", "sh", "-c", SHARE, folder.path, share, ...command];
      const { stdout } = await new Deno.Command("unshare", { args }).output();
      const [line = ""] = /^ *deno run .*$/m.exec(new TextDecoder().decode(stdout)) ?? [];
      assertMatch(line, /main\.ts --echo --workers=auto$/);
      // Which only several need.
      return !/ -A /.test(line);
    };
    assertEquals(await isOne("max 100000"), navigator.hardwareConcurrency === 1);
    assertEquals(await isOne("150000 100000"), true);
  },
});

Deno.test("stdws --check names the one flag that workers need", async () => {
  const { stdout } = await runToEnd(["--check", "--workers=2", "--echo"]);
  assertMatch(stdout, /^ *deno run --no-prompt -A main\.ts --echo --workers=2$/m);
});
