import { assert, assertEquals, assertMatch } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { Folder } from "../support/folder.ts";
import { isAlive, pidIn, untilGone } from "../support/processes.ts";
import { testEach, TestServer, testTable } from "../support/server.ts";

testEach("stdws sends every line of seq 1 100000 and then closes with 1000", async (form) => {
  await using server = await TestServer.start(["seq", "1", "100000"], { form });
  using client = await RawClient.open(server.url);
  const { texts, closed } = await client.rest();
  assertEquals(texts.length, 100_000);
  assertEquals(texts, Array.from(texts, (_, index) => String(index + 1)));
  assertEquals(closed, "1000");
});

testEach("stdws sends what ls writes", async (form) => {
  const folder = await Deno.makeTempDir();
  try {
    for (const name of ["a", "b c", "ü"]) await Deno.writeTextFile(`${folder}/${name}`, "");
    await using server = await TestServer.start(["--", "ls", folder], { form });
    using client = await RawClient.open(server.url);
    assertEquals(await client.rest(), { texts: ["a", "b c", "ü"], closed: "1000" });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

testEach("stdws joins a bash counter's lines and its input", async (form) => {
  const counter = 'n=0; while read -r line; do n=$((n+1)); echo "$n $line"; done; echo bye';
  await using server = await TestServer.start(["bash", "-c", counter], { form });
  using client = await RawClient.open(server.url);
  for (const [index, word] of ["one", "two words", ""].entries()) {
    await client.send(word);
    assertEquals(await client.text(), `${index + 1} ${word}`);
  }
}, ["bash"]);

testEach("stdws serves a Python echo to several clients, a process each", async (form) => {
  const program =
    "import os,sys\nfor line in sys.stdin: print(os.getpid(), line.strip(), flush=True)";
  await using server = await TestServer.start(["python3", "-c", program], { form });
  const clients = await Promise.all(Array.from({ length: 5 }, () => RawClient.open(server.url)));
  const pids = new Set<string>();
  for (const [index, client] of clients.entries()) {
    await client.send(`hello ${index}`);
    const [pid = "", ...words] = (await client.text()).split(" ");
    assertEquals(words, ["hello", String(index)]);
    pids.add(pid);
    client[Symbol.dispose]();
  }
  assertEquals(pids.size, 5);
}, ["python3"]);

const ENDS: [program: string, closed: string][] = [
  ["exit 0", "1000"],
  ["exit 3", "4003 exit status 3"],
  ["exit 255", "4255 exit status 255"],
  ["kill -KILL $$", "4137 SIGKILL"],
  ["kill -TERM $$", "4143 SIGTERM"],
  ["exec >&-; exec sleep 600", "1000"],
];
const testEnd = testTable();
for (const [program, closed] of ENDS) {
  testEnd(`stdws closes with ${closed} after: ${program}`, async (form) => {
    await using server = await TestServer.start(["sh", "-c", `echo last; ${program}`], { form });
    using client = await RawClient.open(server.url);
    assertEquals(await client.rest(), { texts: ["last"], closed });
  });
}

testEach("stdws sends what a process wrote before the socket was open", async (form) => {
  const program = 'echo "early $$"; read -r line; echo "$line"';
  await using server = await TestServer.start(["sh", "-c", program], { form });
  using client = await RawClient.open(server.url);
  assertMatch(await client.text(), /^early \d+$/);
  await client.send("late");
  assertEquals(await client.rest(), { texts: ["late"], closed: "1000" });
});

testEach("stdws delivers the output of a process that never reads its input", async (form) => {
  const program = "for i in 1 2 3; do echo $i; done; exec sleep 600";
  await using server = await TestServer.start(["sh", "-c", program], { form });
  using client = await RawClient.open(server.url);
  // More than a pipe holds.
  await client.send("x".repeat(300_000));
  assertEquals([await client.text(), await client.text(), await client.text()], ["1", "2", "3"]);
});

testEach("stdws delivers the input of a process whose output nobody reads", async (form) => {
  await using folder = await Folder.make();
  const [file, done] = [`${folder.path}/lines`, `${folder.path}/done`];
  const program =
    `yes xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx & head -n 1000 > '${file}'; echo done > '${done}'; wait`;
  await using server = await TestServer.start(["sh", "-c", program], { form });
  using client = await RawClient.open(server.url);
  const sent = Array.from({ length: 1000 }, (_, index) => `line ${index}`);
  for (const line of sent) await client.send(line);
  await fileExists(done);
  assertEquals(await Deno.readTextFile(file), sent.join("\n") + "\n");
});

// On a machine that is busy, a program may need longer to end than it has for that: each has some ms more, which pass
// in vain only at the steps that it does not heed.
const LEAVES: [what: string, program: string, after: string, closeMs: number][] = [
  ["that reads its input", "echo $$; exec cat", "stdin was closed", 60_000],
  ["that never reads", "echo $$; exec sleep 600", "SIGINT", 750],
  ["that ignores SIGINT", "trap '' INT; echo $$; exec sleep 600", "SIGTERM", 500],
  [
    "that ignores SIGINT and SIGTERM",
    "trap '' INT TERM; echo $$; while :; do sleep 600; done",
    "SIGKILL",
    0,
  ],
];
const testLeave = testTable();
for (const [what, program, after, closeMs] of LEAVES) {
  testLeave(`stdws ends a process ${what} after ${after} when its client leaves`, async (form) => {
    const options = ["--loglevel=debug", `--closems=${closeMs}`];
    await using server = await TestServer.start([...options, "sh", "-c", program], { form });
    using client = await RawClient.open(server.url);
    const pid = Number(await client.text());
    assert(isAlive(pid));
    client[Symbol.dispose]();
    await server.stdout.until(new RegExp(`Process ${pid} terminated after ${after}$`));
    assert(!isAlive(pid));
  });
}

const FAMILIES: [what: string, program: string][] = [
  ["a child in the background", "sleep 610 >&- & echo $!; read -r line"],
  ["a grandchild whose parent is gone", "(sleep 620 >&- & echo $!); read -r line"],
  ["a child in a session of its own", "setsid sh -c 'echo $$; exec sleep 630 >&-' & read -r line"],
  [
    "a daemon without its pipes",
    "(setsid sh -c 'exec sleep 640 <&- >/dev/null 2>&1' & echo $!); read -r line",
  ],
  [
    "a child that ignores SIGINT and SIGTERM",
    `sh -c 'trap "" INT TERM; echo $$; exec >&-; while :; do sleep 650; done' & read -r line`,
  ],
];
const testLeft = testTable();
const testEnded = testTable();
for (const [what, program] of FAMILIES) {
  testLeft(`stdws ends ${what} when the client leaves`, async (form) => {
    await using server = await TestServer.start(["bash", "-c", program], { form });
    using client = await RawClient.open(server.url);
    const pid = await pidIn(await client.text());
    client[Symbol.dispose]();
    await untilGone(pid);
  }, ["bash", "setsid"]);

  testEnded(`stdws ends ${what} when its program ends by itself`, async (form) => {
    await using server = await TestServer.start(["bash", "-c", `${program}; exit 5`], { form });
    using client = await RawClient.open(server.url);
    const pid = await pidIn(await client.text());
    await client.send("end");
    assertEquals((await client.rest()).closed, "4005 exit status 5");
    await untilGone(pid);
  }, ["bash", "setsid"]);
}

const testHolding = testTable();
for (const [what, program] of FAMILIES.slice(0, 3)) {
  const holding = program.replace(" >&-", "");
  testHolding(`stdws keeps the connection while ${what} holds the output`, async (form) => {
    await using server = await TestServer.start(["bash", "-c", `${holding}; exit 5`], { form });
    using client = await RawClient.open(server.url);
    const pid = await pidIn(await client.text());
    await client.send("end");
    Deno.kill(pid, "SIGKILL");
    assertEquals((await client.rest()).closed, "4005 exit status 5");
  }, ["bash", "setsid"]);
}

testEach("stdws leaves no zombie behind", async (form) => {
  await using server = await TestServer.start(["sh", "-c", "echo $$; exit 1"], { form });
  const pids: number[] = [];
  for (let count = 0; count < 20; count++) {
    using client = await RawClient.open(server.url);
    pids.push(Number(await client.text()));
    await client.rest();
  }
  for (const pid of pids) await untilGone(pid);
});

testEach(
  "stdws gives a process that still reads all that its client sent before it left",
  async (form) => {
    const file = await Deno.makeTempFile();
    try {
      // Slow enough that the input waits in the server when the client leaves.
      const program =
        `while read -r line; do echo "$line" >> '${file}'; done; echo end >> '${file}'`;
      // It is given the time for what lies in its pipe then: that is not what waits in the server.
      const options = ["--loglevel=debug", "--closems=60000"];
      await using server = await TestServer.start([...options, "bash", "-c", program], { form });
      using client = await RawClient.open(server.url);
      const line = "y".repeat(1000);
      for (let count = 0; count < 500; count++) await client.send(`${count} ${line}`);
      await client.close();
      await server.stdout.until(/terminated after stdin was closed/);
      const lines = (await Deno.readTextFile(file)).trimEnd().split("\n");
      assertEquals(lines.length, 501);
      assertEquals(lines.at(-2), `499 ${line}`);
    } finally {
      await Deno.remove(file);
    }
  },
  ["bash"],
);

async function fileExists(path: string): Promise<void> {
  const watcher = Deno.watchFs(path.replace(/[^/]*$/, ""), { recursive: false });
  try {
    if (await Deno.stat(path).then(() => true, () => false)) return;
    for await (const event of watcher) {
      if (event.paths.includes(path)) return;
    }
  } finally {
    try {
      watcher.close();
    } catch {
      // Ended by leaving the loop.
    }
  }
}
