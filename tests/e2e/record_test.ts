import { assertEquals, assertMatch } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { Folder } from "../support/folder.ts";
import { RawSession } from "../support/raw_session.ts";
import { leave, recordingIn, recordingsIn } from "../support/recordings.ts";
import { type Form, runToEnd, testEach, TestServer } from "../support/server.ts";

testEach("stdws --record keeps what both sides have said, and how it ended", async (form) => {
  await using folder = await Folder.make();
  const program = 'echo "ready: ü"; while read -r line; do printf "<%s>\\n" "$line"; done; exit 3';
  await using server = await TestServer.start(
    [`--record=${folder.path}`, "sh", "-c", `${program}`],
    { form },
  );
  using client = await RawClient.open(`${server.url}a?b=c&access_token=secret`);
  assertEquals(await client.text(), "ready: ü");
  for (const text of ["one", 'a "b" \\c 😀']) {
    await client.send(text);
    assertEquals(await client.text(), `<${text}>`);
  }
  await leave(client, server);
  await server.stop();
  const { name, head, lines } = await recordingIn(folder);
  const { time, id, url, pid, command, remote, ...rest } = head;
  assertEquals(rest, { stdws: 1, route: "*", handler: "process" });
  assertMatch(String(time), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  assertMatch(String(id), /^[0-9a-f]{16}-\w+$/);
  assertEquals(remote, "127.0.0.1");
  assertMatch(String(command), /sh$/);
  assertMatch(String(pid), /^\d+$/);
  assertEquals(url, `http://127.0.0.1:${server.port}/a?b=c&access_token=***`);
  assertEquals(lines, [
    ["o", "ready: ü"],
    ["i", "one"],
    ["o", "<one>"],
    ["i", 'a "b" \\c 😀'],
    ["o", '<a "b" \\c 😀>'],
    ["close", 1000, ""],
  ]);
  assertMatch(name, /^\d{8}T\d{9}Z-[0-9a-f]{16}-\w+\.ndjson$/);
  assertEquals((await Deno.stat(`${folder.path}/${name}`)).mode, 0o100600);
});

testEach("stdws --record keeps bytes, and the code of the program", async (form) => {
  await using folder = await Folder.make();
  const program = "head -c 3; exit 3";
  await using server = await TestServer.start(
    [`--record=${folder.path}`, "--binary", "sh", "-c", program],
    { form },
  );
  using client = await RawClient.open(server.url);
  await client.send(Uint8Array.of(0, 255, 128));
  await client.rest();
  await server.stop();
  const { lines } = await recordingIn(folder);
  assertEquals(lines, [["I", "AP+A"], ["O", "AP+A"], ["close", 4003, "exit status 3"]]);
});

testEach(
  "stdws records a route where it says so, and leaves out the one with none",
  async (form) => {
    await using folder = await Folder.make();
    await using other = await Folder.make();
    const args = [
      `--record=${folder.path}`,
      "--route=/none=echo?record=none",
      `--route=/other=echo?record=${encodeURIComponent(other.path)}`,
      "--echo",
    ];
    await using server = await TestServer.start(args, { form });
    for (const path of ["none", "other", ""]) {
      using client = await RawClient.open(server.url + path);
      await client.send(`at ${path}`);
      await client.text();
      await leave(client, server);
    }
    await server.stop();
    const texts = [["i", "at "], ["o", "at "], ["close", 1000, ""]];
    assertEquals((await recordingIn(folder)).lines, texts);
    const { head, lines } = await recordingIn(other);
    assertEquals([head.route, lines[0]], ["/other", ["i", "at other"]]);
  },
);

testEach(
  "stdws deletes the oldest recordings beyond recordkeep, and nothing else",
  async (form) => {
    await using folder = await Folder.make();
    await Deno.writeTextFile(`${folder.path}/notes.ndjson`, "mine");
    const options = [`--record=${folder.path}`, "--recordkeep=3"];
    await using server = await TestServer.start([...options, "--echo"], { form });
    for (let count = 1; count <= 6; count++) {
      using client = await RawClient.open(server.url);
      await client.send(`number ${count}`);
      await client.text();
      await leave(client, server);
    }
    await server.stop();
    assertEquals(await Deno.readTextFile(`${folder.path}/notes.ndjson`), "mine");
    await Deno.remove(`${folder.path}/notes.ndjson`);
    assertEquals((await recordingsIn(folder)).map(({ lines: [first] }) => first), [
      ["i", "number 4"],
      ["i", "number 5"],
      ["i", "number 6"],
    ]);
  },
);

testEach("stdws counts what comes beyond recordsize, and carries it all the same", async (form) => {
  await using folder = await Folder.make();
  const options = [`--record=${folder.path}`, "--recordsize=1K"];
  await using server = await TestServer.start([...options, "--echo"], { form });
  using client = await RawClient.open(server.url);
  for (let count = 0; count < 10; count++) {
    await client.send(`${count}`.repeat(150));
    assertEquals(await client.text(), `${count}`.repeat(150));
  }
  await leave(client, server);
  await server.stop();
  const { lines } = await recordingIn(folder);
  const kept = lines.filter(([code]) => code === "i" || code === "o").length;
  assertEquals(kept > 2 && kept < 6, true, `${kept} messages`);
  assertEquals(lines.slice(kept), [["full", 1024], ["lost", 20 - kept], ["close", 1000, ""]]);
});

testEach(
  "stdws goes on, and says so once, where the folder is not there any more",
  async (form) => {
    const folder = await Folder.make();
    await using server = await TestServer.start([`--record=${folder.path}`, "--echo"], { form });
    await folder[Symbol.asyncDispose]();
    for (let count = 0; count < 3; count++) {
      using client = await RawClient.open(server.url);
      await client.send("hello");
      assertEquals(await client.text(), "hello");
      await leave(client, server);
    }
    await server.stop();
    const said = server.stdout.all.filter((line) => line.includes("Cannot record"));
    assertEquals(said.length, 1);
    assertMatch(said[0] ?? "", /ERROR .*Cannot record into ".*": No such file.*go on without/);
  },
);

testEach("stdws writes down what was said until it is told to end", async (form) => {
  await using folder = await Folder.make();
  await using server = await TestServer.start([`--record=${folder.path}`, "--echo"], { form });
  using client = await RawClient.open(server.url);
  await client.send("hello");
  await client.text();
  await server.stop();
  const { lines } = await recordingIn(folder);
  const end = ["close", 1001, "Server shutting down"];
  assertEquals(lines, [["i", "hello"], ["o", "hello"], end]);
});

testEach(
  "stdws records what a session says once, however often its client comes back",
  async (form) => {
    await using folder = await Folder.make();
    const program = 'echo start; while read -r line; do echo "<$line>"; done';
    const args = ["--resume=60s", `--record=${folder.path}`, "sh", "-c", program];
    await using server = await TestServer.start(args, { form });
    const first = await RawSession.begin(server.url);
    assertEquals(await first.text(), "start");
    await first.send("a");
    assertEquals(await first.text(), "<a>");
    first[Symbol.dispose]();
    await server.stdout.until(/AWAY/);
    // As if it had got nothing of it.
    using second = await RawSession.back(server.url, first.id, 0);
    assertEquals([await second.text(), await second.text()], ["start", "<a>"]);
    await second.send("b");
    assertEquals(await second.text(), "<b>");
    await second.client.close(1000);
    await server.stdout.until(/Closed by the client with 1000/);
    await server.stop();
    const { head, lines } = await recordingIn(folder);
    assertEquals(lines, [
      ["o", "start"],
      ["i", "a"],
      ["o", "<a>"],
      ["i", "b"],
      ["o", "<b>"],
      ["close", 1000, ""],
    ]);
    assertEquals(JSON.stringify(head).includes(first.id), false);
  },
);

/** A module whose messages are those of a terminal, which shows each key in two parts. */
const TERMINAL = `export default {
  accept: () => ({
    screen: {
      columns: 100,
      rows: 30,
      read(message, from) {
        if (from === "server") return { type: "output", data: message };
        if (typeof message !== "string") return { type: "input", data: message };
        const [columns, rows] = JSON.parse(message);
        return { type: "resize", columns, rows };
      },
    },
    open: (client) => ({
      message(data) {
        if (typeof data === "string") return;
        client.send(data.subarray(0, 1));
        client.send(data.subarray(1));
      },
    }),
  }),
};`;

/** Has somebody at such a terminal. */
async function sitAt(form: Form, folder: Folder): Promise<void> {
  // The executable reads only JavaScript.
  const module = `${folder.path}.js`;
  await Deno.writeTextFile(module, TERMINAL);
  try {
    const route = `--route=/t=module?record=${folder.path} ${module}`;
    await using server = await TestServer.start([route], { form });
    using client = await RawClient.open(`${server.url}t`);
    await client.send("[120,40]");
    await client.send(new TextEncoder().encode("ü!"));
    await client.next();
    await client.next();
    await leave(client, server);
  } finally {
    await Deno.remove(module);
  }
}

testEach("stdws records a terminal of a module as an asciicast", async (form) => {
  await using folder = await Folder.make();
  await sitAt(form, folder);
  const { name, head, lines } = await recordingIn(folder);
  assertEquals([head.version, head.width, head.height], [2, 100, 30]);
  assertEquals(lines, [["r", "120x40"], ["i", "ü!"], ["o", "ü!"], ["m", "close 1000"]]);
  assertMatch(name, /\.cast$/);
});

const WRONG: [args: string[], says: RegExp][] = [
  [["--record=/no/such", "--echo"], /Cannot record into "\/no\/such": No such file/],
  [["--record=/dev/null", "--echo"], /Cannot record into "\/dev\/null": it is not a directory/],
  [["--record=", "--echo"], /--record/],
  [["--recordsize=many", "--echo"], /"many" for --recordsize: expected bytes, or a number with/],
  [["--recordkeep=-1", "--echo"], /--recordkeep/],
  [
    ["--route=/a=echo?record=/no/such"],
    /Cannot serve the route \/a: Cannot record into "\/no\/such"/,
  ],
];
for (const [args, says] of WRONG) {
  for (const check of [[], ["--check"]]) {
    Deno.test(`stdws ${[...check, ...args].join(" ")} says what is wrong`, async () => {
      const { code, stderr } = await runToEnd(["--port=0", ...check, ...args]);
      assertEquals(code > 0, true);
      assertMatch(stderr, says);
    });
  }
}

Deno.test("stdws --check names the permissions that a recording needs", async () => {
  await using folder = await Folder.make();
  const { stdout } = await runToEnd(["--check", "--port=0", `--record=${folder.path}`, "--echo"]);
  assertMatch(stdout, new RegExp(`--allow-read=\\S*${folder.path}.*--allow-write=${folder.path} `));
  assertMatch(stdout, new RegExp(`\\* +echo +record=${folder.path}\n`));
  assertEquals(await folder.names(), []);
});
