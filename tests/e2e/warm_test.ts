import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { ConfigFile } from "../support/config_file.ts";
import { Folder } from "../support/folder.ts";
import { AdminServer } from "./admin_server.ts";
import { isAlive, untilGone } from "../support/processes.ts";
import { runToEnd, testBoth, testEach, TestServer } from "../support/server.ts";

const DEBUG = "--loglevel=debug";

/** Says its number, and then what it is told. */
const TALK = 'echo $$; while read -r line; do echo "<$line>"; done';

/** The number of the process that is the next to wait, of those that the log tells of from a line on. */
async function waiting(server: TestServer, { from = 0 } = {}): Promise<number> {
  const line = await server.stdout.after(from, /Process \d+ waits for a client/);
  return Number(/Process (\d+)/.exec(line)?.[1]);
}

/** The numbers of all that the log has told of. */
function known(server: TestServer): number[] {
  return server.stdout.all.flatMap((line) => {
    return Number(/Process (\d+) waits for a client/.exec(line)?.[1] ?? NaN) || [];
  });
}

/** Waits until the log has told of so many. */
async function untilKnown(server: TestServer, count: number): Promise<number[]> {
  let from = 0;
  while (known(server).length < count) {
    await waiting(server, { from });
    from = server.stdout.all.length;
  }
  return known(server);
}

testEach("stdws --warm gives a client a process that was started before it came", async (form) => {
  await using server = await TestServer.start([DEBUG, "--warm=2", "sh", "-c", TALK], { form });
  const [first, second] = await untilKnown(server, 2);
  const clients: RawClient[] = [];
  for (const pid of [first, second]) {
    const client = await RawClient.open(server.url);
    clients.push(client);
    // What it wrote while nobody was there is its client's.
    assertEquals(Number(await client.text()), pid);
    await client.send("hello");
    assertEquals(await client.text(), "<hello>");
  }
  // Others have taken their places.
  const [, , third] = await untilKnown(server, 4);
  using client = await RawClient.open(server.url);
  assertEquals(Number(await client.text()), third);
  await server.stdout.until(new RegExp(`pid:'${third}' \\| CONNECT$`));
  const connected = server.stdout.all.filter((line) => line.endsWith("| CONNECT"));
  assertEquals(connected.length, 3);
  for (const [index, pid] of [first, second, third].entries()) {
    assertMatch(connected[index] ?? "", new RegExp(`url:'.*pid:'${pid}'`));
  }
  for (const client of clients) client[Symbol.dispose]();
  await untilGone(first ?? 0);
});

testEach("stdws tells a process that has waited of its client by hello", async (form) => {
  const program = `printf '%s\\n' "\${REQUEST_URI-unset}"; exec cat`;
  const args = [DEBUG, "--warm=1", "--hello", "--maxforks=2", "sh", "-c", program];
  await using server = await TestServer.start(args, { form });
  await untilKnown(server, 1);
  const headers = { "X-Said": "ü" };
  using client = await RawClient.open(`${server.url}a/b?c=d`, { headers });
  assertEquals(await client.text(), "unset");
  const { type, id, env } = JSON.parse(await client.text());
  assertEquals(type, "open");
  assertMatch(id, /^[0-9a-f]{16}-\w+$/);
  assertEquals([env.REQUEST_URI, env.QUERY_STRING, env.PATH_INFO], ["/a/b?c=d", "c=d", "/a/b"]);
  assertEquals([env.REMOTE_ADDR, env.STDWS_PARAM_C, env.HTTP_X_SAID], ["127.0.0.1", "d", "ü"]);
  assertNotEquals(env.UNIQUE_ID, id);
  assert(!("PATH" in env));
  await client.send("said");
  assertEquals(await client.text(), "said");
});

testEach("stdws --hello tells a process of its own the same", async (form) => {
  const program = `echo "$REQUEST_URI $UNIQUE_ID"; exec cat`;
  await using server = await TestServer.start(["--hello", "sh", "-c", program], { form });
  using client = await RawClient.open(`${server.url}x`);
  const [uri, unique] = (await client.text()).split(" ");
  const { id, env } = JSON.parse(await client.text());
  assertEquals([env.REQUEST_URI, env.UNIQUE_ID, id], [uri, unique, unique]);
});

testBoth(
  "stdws gives processes that wait only variables that are the same for all",
  async (form) => {
    const program = 'env -0 | sort -z | tr "\\n\\0" "|\\n"; echo; exec cat';
    const route = `--route=/*=process?warm=1&unbuffer=off&env=MINE=1%0A2 sh -c '${program}'`;
    await using server = await TestServer.start([DEBUG, route], { form });
    await untilKnown(server, 1);
    using client = await RawClient.open(`${server.url}x?y=z`);
    const texts: string[] = [];
    for (let text; (text = await client.text()) !== "";) texts.push(text);
    const names = texts.map((text) => text.replace(/=.*/, ""));
    assertEquals(names.filter((name) => !/^(PWD|SHLVL|_|OLDPWD)$/.test(name)), [
      "GATEWAY_INTERFACE",
      "MINE",
      "PATH",
      "REQUEST_METHOD",
      "SERVER_PROTOCOL",
      "SERVER_SOFTWARE",
      "UNIQUE_ID",
    ]);
    assert(texts.includes("MINE=1|2"));
  },
  ["env", "sort"],
);

testEach("stdws counts those that wait by --maxforks, and they give way", async (form) => {
  const routes = [`--route=/a=process?warm=2 sh -c '${TALK}'`, "--route=/b=process cat"];
  await using server = await TestServer.start([DEBUG, "--maxforks=2", ...routes], { form });
  const [first, second] = await untilKnown(server, 2);
  // Nobody waits for a client that needs the place.
  using other = await RawClient.open(`${server.url}b`);
  await server.stdout.until(new RegExp(`Process ${first} waits no more: others need its place`));
  await other.send("here");
  assertEquals(await other.text(), "here");
  // At the limit, one that waits is there for its client.
  using client = await RawClient.open(`${server.url}a`);
  assertEquals(Number(await client.text()), second);
  for (const path of ["a", "b"]) {
    using refused = await RawClient.request(server.url + path);
    assertEquals(refused.answer.status, 429);
  }
  await untilGone(first ?? 0);
});

testEach("stdws says once that those that wait die, and clients get their own", async (form) => {
  const program = 'echo "broken" >&2; exit 3';
  await using admin = await AdminServer.start(["--warm=2", "sh", "-c", program], form);
  const { server } = admin;
  const line = await server.stdout.until(/Cannot have a process wait for clients/);
  assertMatch(line, /ERROR .*: Process \d+ has ended: exit status 3$/);
  await server.stdout.until(/ERROR .* stderr .*\| broken$/);
  const { status, text } = await admin.ask("/readyz");
  assertEquals(status, 503);
  assertMatch(text, /processes.*not running: 1/);
  using client = await RawClient.open(server.url);
  assertEquals(await client.rest(), { texts: [], closed: "4003 exit status 3" });
  await server.stop();
  const said = server.stdout.all.filter((line) => line.includes("Cannot have a process wait"));
  assertEquals(said.length, 1);
});

testEach("stdws starts another where one that waits was killed", async (form) => {
  await using server = await TestServer.start([DEBUG, "--warm=1", "sh", "-c", TALK], { form });
  const [first = 0] = await untilKnown(server, 1);
  Deno.kill(first, "SIGKILL");
  await server.stdout.until(/Process \d+ has ended: SIGKILL/);
  const [, second] = await untilKnown(server, 2);
  using client = await RawClient.open(server.url);
  assertEquals(Number(await client.text()), second);
});

testEach("stdws replaces one that has waited for --warmidle, and ends it", async (form) => {
  const args = [DEBUG, "--warm=1", "--warmidle=100ms", "sh", "-c", TALK];
  await using server = await TestServer.start(args, { form });
  const [first = 0] = await untilKnown(server, 1);
  await server.stdout.until(new RegExp(`Process ${first} has waited too long`));
  const [, second] = await untilKnown(server, 2);
  assertNotEquals(first, second);
  await untilGone(first);
});

testEach("stdws ends those that wait, and what they have started, with itself", async (form) => {
  // No other test sleeps as long.
  const sleep = `sleep 9${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  const args = [DEBUG, "--warm=2", "sh", "-c", `${sleep} & exec sleep 600`];
  await using server = await TestServer.start(args, { form });
  const pids = await untilKnown(server, 2);
  assert(pids.every(isAlive));
  await server.stop();
  for (const pid of pids) await untilGone(pid);
  const { stdout } = await new Deno.Command("pgrep", { args: ["-f", sleep] }).output();
  assertEquals(new TextDecoder().decode(stdout), "");
}, ["pgrep"]);

testEach("stdws replaces those that wait when their program has changed", async (form) => {
  await using folder = await Folder.make();
  const program = `${folder.path}/program`;
  const write = (word: string) =>
    Deno.writeTextFile(program, `#!/bin/sh\necho ${word} $$\nexec cat\n`, { mode: 0o755 });
  await write("old");
  const routes = { "/a": `process?warm=1 ${program}` };
  const config = { port: 0, address: "127.0.0.1", loglevel: "debug", routes };
  await using file = await ConfigFile.write(config);
  await using server = await TestServer.startAt([`--config=${file.path}`], { form });
  const [first] = await untilKnown(server, 1);
  using early = await RawClient.open(`${server.url}a`);
  assertEquals(await early.text(), `old ${first}`);
  const [, second = 0] = await untilKnown(server, 2);
  await write("new");
  const from = server.stdout.all.length;
  Deno.kill(server.pid, "SIGHUP");
  await server.stdout.after(from, /Reloaded: 1 route/);
  const third = await waiting(server, { from });
  await untilGone(second);
  using late = await RawClient.open(`${server.url}a`);
  assertEquals(await late.text(), `new ${third}`);
  await early.send("still here");
  assertEquals(await early.text(), "still here");
});

const WRONG: [args: string[], says: RegExp][] = [
  [
    ["--route=/:n=process?warm=2 seq {n:[0-9]+}"],
    /Cannot serve the route \/:n: Invalid placeholder "\{n\}" in "process seq \{n:\[0-9\]\+\}" with warm=2/,
  ],
  [["--warm=2", "--route=/:n=process seq {n:[0-9]+}"], /say warm=0/],
  [
    ["--route=/a=process?warm=3&maxforks=2 cat"],
    /warm=3 cannot be used with maxforks=2: those that wait count as well/,
  ],
  [["--warm=1001", "cat"], /"1001" for --warm: expected a whole number, 0 to 1000/],
  [["--warmidle=soon", "cat"], /"soon" for --warmidle/],
  [["--route=/a=directory?warm=1 /"], /Unknown option "warm"/],
];
for (const [args, says] of WRONG) {
  Deno.test(`stdws ${args.join(" ")} says what is wrong`, async () => {
    const { code, stderr } = await runToEnd(["--check", "--port=0", ...args]);
    assertMatch(stderr, says);
    assert(code > 0);
  });
}
