import { assert, assertEquals, assertMatch } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { ConfigFile } from "../support/config_file.ts";
import { Folder } from "../support/folder.ts";
import { recordingIn } from "../support/recordings.ts";
import { runToEnd, testEach, TestServer } from "../support/server.ts";

/** Writes a recording of these lines behind a head. */
async function write(folder: Folder, ...lines: unknown[]): Promise<string> {
  const path = `${folder.path}/recording`;
  const texts = [{ stdws: 1 }, ...lines].map((line) => `${JSON.stringify(line)}\n`);
  await Deno.writeTextFile(path, texts.join(""));
  return path;
}

/** All that a client gets that joins fragments. */
async function all(url: string): Promise<unknown[]> {
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  const received: unknown[] = [];
  socket.onmessage = ({ data }) => {
    received.push(typeof data === "string" ? data : [...new Uint8Array(data)]);
  };
  const { code, reason } = await new Promise<CloseEvent>((resolve) => socket.onclose = resolve);
  return [...received, `${code} ${reason}`];
}

testEach("stdws replays to everybody what a program has said to one, and its end", async (form) => {
  await using folder = await Folder.make();
  const program = 'echo ü; read -r line; echo "<$line>"; seq 1 2000; exit 3';
  await using recorded = await TestServer.start(
    [`--record=${folder.path}`, "sh", "-c", program],
    { form },
  );
  using first = await RawClient.open(recorded.url);
  await first.send("hello");
  const said = await first.rest();
  await recorded.stop();
  const { name } = await recordingIn(folder);
  const file = `${folder.path}/${name}`;
  await using server = await TestServer.start([
    `--route=/at-once=replay?speed=1000 ${file}`,
    `--route=/waits=replay?speed=1000&wait=true ${file}`,
  ], { form });
  assertEquals(said.texts.length, 2002);
  for (const path of ["at-once", "waits", "waits"]) {
    using client = await RawClient.open(`${server.url}${path}`);
    // A recording that does not wait may be over before that has come, and with the engine native the runtime drops
    // the client then, as the table of engines says: the close would be 1006.
    if (path === "waits" || form === "node") await client.send("whatever");
    assertEquals(await client.rest(), said);
  }
});

testEach("stdws replays bytes, parts and texts in their order", async (form) => {
  await using folder = await Folder.make();
  const file = await write(
    folder,
    [0, "O", "AP8="],
    [0, "o+", "one, "],
    [0.001, "i", "never waited for"],
    [0.002, "o+", "two"],
    [0.002, "o", ""],
    [0.003, "lost", 7],
    [0.003, "o", "last"],
    [0.004, "close", 4001, "over"],
  );
  await using server = await TestServer.start([`--route=/*=replay ${file}`], { form });
  assertEquals(await all(server.url), [[0, 255], "one, two", "last", "4001 over"]);
});

testEach("stdws replay?wait=true goes on when the client has said as much", async (form) => {
  await using folder = await Folder.make();
  const file = await write(
    folder,
    [0, "o", "who are you?"],
    [3600, "i", "A"],
    [3600, "o", "hello"],
    [7200, "i", "more"],
    [7200, "o", "that is all"],
    [7200, "close", 1000, ""],
  );
  await using server = await TestServer.start([`--route=/*=replay?wait=true ${file}`], { form });
  using client = await RawClient.open(server.url);
  assertEquals(await client.text(), "who are you?");
  await client.send("B");
  assertEquals(await client.text(), "hello");
  await client.send("and?");
  assertEquals(await client.rest(), { texts: ["that is all"], closed: "1000" });
});

testEach("stdws replay?loop=true begins again at its end", async (form) => {
  await using folder = await Folder.make();
  const file = await write(folder, [0, "o", "a"], [0.01, "o", "b"], [0.02, "close", 1000, ""]);
  await using server = await TestServer.start([`--route=/*=replay?loop=true ${file}`], { form });
  using client = await RawClient.open(server.url);
  const texts: string[] = [];
  while (texts.length < 6) texts.push(await client.text());
  assertEquals(texts, ["a", "b", "a", "b", "a", "b"]);
});

testEach("stdws replays an asciicast, and its end", async (form) => {
  await using folder = await Folder.make();
  const file = `${folder.path}/top.cast`;
  const lines = [
    '{"version":2,"width":80,"height":24}',
    '[0.0,"o","\\u001b[1mtop"]',
    '[0.01,"r","100x30"]',
    '[0.02,"x","of another program"]',
    '[0.03,"m","close 4003 exit status 3"]',
  ];
  await Deno.writeTextFile(file, lines.join("\n"));
  await using server = await TestServer.start([`--route=/*=replay ${file}`], { form });
  using client = await RawClient.open(server.url);
  assertEquals(await client.rest(), { texts: ["\x1b[1mtop"], closed: "4003 exit status 3" });
});

Deno.test("stdws takes a recording that has changed at a reload", async () => {
  await using folder = await Folder.make();
  const file = await write(folder, [0, "o", "old"]);
  const config = { port: 0, address: "127.0.0.1", routes: { "/a": `replay ${file}` } };
  await using settings = await ConfigFile.write(config);
  await using server = await TestServer.startAt([`--config=${settings.path}`]);
  const known = server.stdout.all.length;
  await write(folder, [0, "nonsense"]);
  Deno.kill(server.pid, "SIGHUP");
  const line = await server.stdout.after(known, /Cannot reload/);
  assertMatch(line, /Cannot replay ".*": line 2: "nonsense" is no code of an event/);
  await write(folder, [0, "o", "new"]);
  Deno.kill(server.pid, "SIGHUP");
  await server.stdout.after(known, /Reloaded: 1 route/);
  using client = await RawClient.open(`${server.url}a`);
  assertEquals(await client.rest(), { texts: ["new"], closed: "1000" });
});

Deno.test("stdws takes a recording whose last line was cut off by a kill", async () => {
  await using folder = await Folder.make();
  const file = await write(folder, [0, "o", "whole"]);
  await Deno.writeTextFile(file, '[1,"o","ha', { append: true });
  await using server = await TestServer.start([`--route=/*=replay ${file}`]);
  using client = await RawClient.open(server.url);
  assertEquals(await client.rest(), { texts: ["whole"], closed: "1000" });
});

const WRONG: [text: string, says: RegExp][] = [
  ["", /line 1: there is none/],
  ["hello\n", /line 1: it is no JSON/],
  ['{"a":1}\n', /line 1: it is no head of a recording, nor of an asciicast/],
  ['{"version":3}\n', /line 1: it is an asciicast of version 3: expected 2/],
  ['{"stdws":1}\n[0,"o","a"]\n\n{}\n', /line 4: it is no list \[seconds, code, …\]/],
  ['{"stdws":1}\n[-1,"o","a"]\n', /line 2: -1 is no time: expected seconds/],
  ['{"stdws":1}\n[0,"o",1]\n', /line 2: 1 is no text/],
  ['{"stdws":1}\n[0,"O","?"]\n', /line 2: its bytes are not in base64/],
  ['{"stdws":1}\n[0,"close","1000"]\n', /line 2: "1000" is no close code/],
  ['{"stdws":1}\n[0,"o","a"\n[0,"o","b"]\n', /line 2: it is no JSON/],
];
Deno.test("stdws --check says which line of a recording is wrong", async () => {
  await using folder = await Folder.make();
  const file = `${folder.path}/a`;
  for (const [text, says] of WRONG) {
    await Deno.writeTextFile(file, text);
    const { code, stderr } = await runToEnd(["--check", "--port=0", `--route=/a=replay ${file}`]);
    assertMatch(stderr, /Cannot serve the route \/a: Cannot replay "/);
    assertMatch(stderr, says);
    assert(code > 0);
  }
  const gone = await runToEnd(["--check", "--port=0", `--route=/a=replay ${file}.gone`]);
  assertMatch(gone.stderr, /Cannot replay ".*\.gone": No such file/);
});

for (const value of ["0", "-1", "fast", "1e3"]) {
  Deno.test(`stdws refuses replay?speed=${value}`, async () => {
    const { code, stderr } = await runToEnd(["--port=0", `--route=/a=replay?speed=${value} f`]);
    assertMatch(stderr, /for speed in .*: expected a number above 0, as 2 or 0\.5/);
    assert(code > 0);
  });
}
