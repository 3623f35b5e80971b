import { assert, assertEquals } from "@std/assert";
import { childrenOf } from "../../lib/process/proc.ts";
import { RawClient } from "../support/client.ts";
import { CommandServer } from "../support/command_server.ts";
import { lookFor } from "../support/look_for.ts";
import { isAlive, untilGone } from "../support/processes.ts";
import { needing } from "../support/programs.ts";
import { ROOT, wordsOf } from "../support/server.ts";

/** What makes a command the first process of a namespace of its own, as in a container. */
const UNSHARE = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child", "--"];

function canUnshare(): boolean {
  const [program = "", ...args] = [...UNSHARE, "true"];
  try {
    return new Deno.Command(program, { args, stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

const may = canUnshare();

function testFirst(name: string, fn: () => Promise<void>): void {
  const needed = needing(name, "unshare");
  const named = may ? needed.name : `${needed.name} [needs a namespace for processes]`;
  Deno.test({ name: named, ignore: needed.ignore || !may, fn });
}

/** A server that is the first process. */
class FirstServer implements AsyncDisposable {
  readonly #server: CommandServer;
  /** Its number outside. */
  readonly pid: number;

  private constructor(server: CommandServer, pid: number) {
    this.#server = server;
    this.pid = pid;
  }

  static async start(
    args: readonly string[],
    words: readonly string[] = wordsOf(),
  ): Promise<FirstServer> {
    const server = await CommandServer.start([...UNSHARE, ...words], args);
    const [pid] = childrenOf(server.child.pid);
    assert(pid);
    return new FirstServer(server, pid);
  }

  get url(): string {
    return this.#server.url;
  }

  get stdout(): CommandServer["stdout"] {
    return this.#server.stdout;
  }

  /** Ends it; what has started it ends with its status. */
  async stop(): Promise<number> {
    if (isAlive(this.pid)) Deno.kill(this.pid, "SIGTERM");
    return await this.end();
  }

  /** Its status, when it has ended. */
  async end(): Promise<number> {
    await this.#server.child.status;
    return (await this.#server.stop()).code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** The child of a process that runs a program, as soon as it does: at first, it has the name of who has started it. */
async function childNamed(pid: number, name: string): Promise<number> {
  let found: number | undefined;
  await lookFor(() => {
    found = childrenOf(pid).find((child) => nameOf(child) === name);
    return found !== undefined;
  }, () => `a child of ${pid} that runs ${name}`);
  return found as number;
}

/** The name of the program that a process runs; undefined where it has gone. */
function nameOf(pid: number): string | undefined {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/comm`).trim();
  } catch {
    return undefined;
  }
}

/** Fails, and leaves a process behind. */
const leaves = (seconds: number) => `sh -c 'sleep ${seconds} >/dev/null 2>&1 & exit 3'`;

for (const engine of ["native", "node"]) {
  testFirst(`stdws --engine=${engine} reaps what it inherits as the first process`, async () => {
    const route = `--route=/=process?orphans=keep ${leaves(600)}`;
    await using server = await FirstServer.start([`--engine=${engine}`, route]);
    using client = await RawClient.open(server.url);
    assertEquals(await client.next(), { kind: "close", code: 4003, reason: "exit status 3" });
    const orphan = await childNamed(server.pid, "sleep");
    Deno.kill(orphan, "SIGTERM");
    await untilGone(orphan);
  });
}

testFirst("stdws as the first process knows how each of its programs ended", async () => {
  await using server = await FirstServer.start([
    `--route=/left=process?orphans=keep ${leaves(1.5)}`,
    '--route=/:n=process sh -c \'sleep 1."$1"; exit "$1"\' sh {n:[0-9]+}',
  ]);
  const statuses = Array.from({ length: 20 }, (_, at) => at + 10);
  const closes = await Promise.all(statuses.map(async (status) => {
    using left = await RawClient.open(server.url, { target: "/left" });
    using client = await RawClient.open(server.url, { target: `/${status}` });
    assertEquals((await left.next()).kind, "close");
    const end = await client.next();
    return end.kind === "close" ? end.code : end.kind;
  }));
  assertEquals(closes, statuses.map((status) => 4000 + status));
});

testFirst("stdws as the first process ends with all of its programs at SIGTERM", async () => {
  await using server = await FirstServer.start(["sh", "-c", "echo here; exec sleep 600"]);
  using client = await RawClient.open(server.url);
  assertEquals(await client.text(), "here");
  const program = await childNamed(server.pid, "sleep");
  assertEquals(await server.stop(), 0);
  await untilGone(program);
});

testFirst(
  "stdws --workers as the first process reaps what its workers leave, and goes on when one has died",
  async () => {
    const route = `--route=/left=process?orphans=keep ${leaves(600)}`;
    await using server = await FirstServer.start(["--workers=2", "--engine=node", route]);
    await server.stdout.until(/Serving with 2 workers$/);
    const workers = childrenOf(server.pid);
    using client = await RawClient.open(`${server.url}left`);
    assertEquals(await client.next(), { kind: "close", code: 4003, reason: "exit status 3" });
    // It has lost its parent, which was a worker's program.
    const orphan = await childNamed(server.pid, "sleep");
    assertEquals(workers.includes(orphan), false);
    Deno.kill(orphan, "SIGTERM");
    await untilGone(orphan);
    const [killed = 0] = workers;
    Deno.kill(killed, "SIGKILL");
    // How it has ended was not taken by who reaps.
    await server.stdout.until(/Worker \d \(process \d+\) has ended by SIGKILL$/);
    await server.stdout.until(/Worker \d \(process \d+\) serves$/);
    await untilGone(killed);
    // Its watchdog has lost its parent, and ends when it has ended its programs.
    const [own] = workers.slice(1);
    assert(own);
    const program = nameOf(own);
    const others = childrenOf(server.pid).filter((pid) => nameOf(pid) !== program);
    for (const pid of others) await untilGone(pid);
    assertEquals(childrenOf(server.pid).length, 2);
    assertEquals(await server.stop(), 0);
  },
);

testFirst("stdws --workers as the first process drains at SIGTERM, and ends with 0", async () => {
  const args = [
    "--workers=2",
    "--engine=node",
    "--drain=60",
    "--",
    "sh",
    "-c",
    "echo here; exec cat",
  ];
  await using server = await FirstServer.start(args);
  await server.stdout.until(/Serving with 2 workers$/);
  const workers = childrenOf(server.pid);
  using client = await RawClient.open(server.url);
  assertEquals(await client.text(), "here");
  Deno.kill(server.pid, "SIGTERM");
  await server.stdout.until(/Draining: 1 connection may take/);
  await client.send("still");
  assertEquals(await client.text(), "still");
  await client.close();
  assertEquals(await server.end(), 0);
  for (const pid of workers) await untilGone(pid);
});

testFirst("stdws --workers as the first process ends at once at a second signal", async () => {
  const args = ["--workers=2", "--engine=node", "--drain=60", "sleep", "600"];
  await using server = await FirstServer.start(args);
  await server.stdout.until(/Serving with 2 workers$/);
  const workers = childrenOf(server.pid);
  using _client = await RawClient.open(server.url);
  Deno.kill(server.pid, "SIGTERM");
  await server.stdout.until(/Draining: 1 connection/);
  assertEquals(await server.stop(), 128 + 15);
  for (const pid of workers) await untilGone(pid);
});

testFirst("stdws as the first process says that it cannot reap without FFI", async () => {
  const words = [Deno.execPath(), "run", "--quiet", "--no-prompt"];
  const allowed = ["net", "run", "read", "env", "sys"].map((name) => `--allow-${name}`);
  await using server = await FirstServer.start(["--engine=node", "cat"], [
    ...words,
    ...allowed,
    `${ROOT}main.ts`,
  ]);
  await server.stdout.until(/Warning: the first process of a container inherits .*--init/);
});
