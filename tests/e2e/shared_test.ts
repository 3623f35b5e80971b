import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { isAlive, pidIn, untilGone } from "../support/processes.ts";
import { runToEnd, testEach, TestServer, testTable } from "../support/server.ts";

/** Writes its number, then gives back what it reads. */
const CAT = "sh -c 'echo $$; exec cat'";

/** A client that has heard the number of the process. */
async function first(
  server: TestServer,
  target = "/",
): Promise<{ client: RawClient; pid: number }> {
  const client = await RawClient.open(server.url, { target });
  return { client, pid: await pidIn(await client.text()) };
}

/** Waits for a message, whatever comes before it. */
async function until(client: RawClient, message: string): Promise<void> {
  while (await client.text() !== message);
}

testEach(
  "stdws shared runs one process for all clients of a route, and one for each route",
  async (form) => {
    const route = `=shared?history=1&linger=forever ${CAT}`;
    await using server = await TestServer.start([`--route=/a${route}`, `--route=/b${route}`], {
      form,
    });
    using one = await RawClient.open(server.url, { target: "/a" });
    using two = await RawClient.open(server.url, { target: "/a" });
    using three = await RawClient.open(server.url, { target: "/b" });
    const pid = await one.text();
    assertEquals(await two.text(), pid);
    assert(await three.text() !== pid);
    await one.send("from one");
    await until(two, "from one");
    await three.send("elsewhere");
    await until(three, "elsewhere");
    await two.send("from two");
    assertEquals([await one.text(), await one.text()], ["from one", "from two"]);
  },
);

testEach(
  "stdws shared closes all clients with 4137 after kill -9, and begins anew for the next",
  async (form) => {
    await using server = await TestServer.start([`--route=/=shared ${CAT}`], { form });
    const { client: one, pid } = await first(server);
    using two = await RawClient.open(server.url);
    await two.send("there");
    await until(one, "there");
    Deno.kill(pid, "SIGKILL");
    assertEquals((await one.rest()).closed, "4137 SIGKILL");
    assertEquals((await two.rest()).closed, "4137 SIGKILL");
    await server.stdout.until(/ERROR .*Process \d+ has ended \(SIGKILL\)$/);
    const { client: three, pid: other } = await first(server);
    assert(other !== pid);
    for (const client of [one, three]) client[Symbol.dispose]();
  },
);

testEach("stdws shared with restart keeps the clients of a process that crashes", async (form) => {
  await using server = await TestServer.start([`--route=/=shared?restart=on-failure ${CAT}`], {
    form,
  });
  const { client: one, pid } = await first(server);
  using two = await RawClient.open(server.url);
  await two.send("there");
  await until(one, "there");
  Deno.kill(pid, "SIGKILL");
  await server.stdout.until(/has ended \(SIGKILL\): it is started again in 100 ms$/);
  await server.stdout.until(/may not have read what it was given last, 6 bytes at most$/);
  for (let count = 0; count < 10; count++) await one.send(`meanwhile ${count}`);
  const other = await pidIn(await one.text());
  assert(other !== pid);
  await until(two, String(other));
  for (let count = 0; count < 10; count++) assertEquals(await two.text(), `meanwhile ${count}`);
  one[Symbol.dispose]();
});

testEach("stdws shared waits longer and longer for a process that does not stay", async (form) => {
  const route = "--route=/=shared?restart=always sh -c 'exit 3'";
  await using server = await TestServer.start([route], { form });
  using client = await RawClient.open(server.url);
  for (const ms of [100, 200, 400, 800]) {
    await server.stdout.until(new RegExp(`exit status 3.: it is started again in ${ms} ms$`));
  }
  await client.send("still connected");
  client[Symbol.dispose]();
  await server.stdout.until(/There is no process to take 16 bytes from clients$/);
});

testEach("stdws shared keeps its process for the time of linger", async (form) => {
  const routes = [
    `--route=/long=shared?history=1&linger=1h ${CAT}`,
    `--route=/short=shared?linger=100ms ${CAT}`,
  ];
  await using server = await TestServer.start(routes, { form });
  const { client: one, pid } = await first(server, "/long");
  one[Symbol.dispose]();
  await server.stdout.until(/DISCONNECT$/);
  const { client: two, pid: same } = await first(server, "/long");
  assertEquals(same, pid);
  two[Symbol.dispose]();
  const { client: three, pid: other } = await first(server, "/short");
  three[Symbol.dispose]();
  await untilGone(other);
});

testEach("stdws shared with linger=forever ends its process with the server", async (form) => {
  await using server = await TestServer.start([`--route=/=shared?linger=forever ${CAT}`], { form });
  const { client, pid } = await first(server);
  client[Symbol.dispose]();
  await server.stdout.until(/DISCONNECT$/);
  assert(isAlive(pid));
  await server.stop();
  await untilGone(pid);
});

testEach("stdws shared with start=now runs before any client, otherwise not", async (form) => {
  await using server = await TestServer.start([
    "--route=/first=shared sh -c 'echo first runs >&2; exec cat'",
    "--route=/now=shared?start=now sh -c 'echo now runs >&2; exec cat'",
  ], { form });
  await server.stdout.until(/stderr .*now runs$/);
  assert(!server.stdout.all.some((line) => line.endsWith("first runs")));
  using _client = await RawClient.open(server.url, { target: "/first" });
  await server.stdout.until(/stderr .*first runs$/);
});

testEach("stdws shared answers 500 where its program cannot be started", async (form) => {
  const program = await Deno.makeTempFile();
  await Deno.writeTextFile(program, "#!/bin/sh\n");
  await Deno.chmod(program, 0o755);
  await using server = await TestServer.start([`--route=/=shared ${program}`], { form });
  await Deno.remove(program);
  using client = await RawClient.request(server.url);
  assertEquals(client.answer.status, 500);
  await server.stdout.until(/ERROR .*Could not launch process/);
});

testEach(
  "stdws shared goes on for others where a client floods a process that does not read",
  async (form) => {
    const route =
      "--route=/=shared?maxqueue=500000 sh -c 'while :; do echo tick; sleep 0.05; done'";
    await using server = await TestServer.start([route], { form });
    using good = await RawClient.open(server.url);
    using bad = await RawClient.open(server.url);
    // It has to read meanwhile, to see the close frame.
    const end = bad.rest();
    await bad.flood(100, () => "x".repeat(50_000));
    assertMatch(
      (await end).closed,
      /^(1013 Input comes faster than the process reads it: more than 500000 bytes|1006)/,
    );
    await server.stdout.until(
      /ERROR .*Input comes faster than the process reads it: more than 500000 bytes of this client wait$/,
    );
    await good.send("still here");
    assertEquals(await good.text(), "tick");
    for (const client of [good, bad]) client[Symbol.dispose]();
    await server.stdout.until(/ERROR .*(There is no process to take|did not take) \d+ bytes/);
  },
);

const EVENTS = `
import json, sys
def say(**command): print(json.dumps(command), flush=True)
for line in sys.stdin:
    event = json.loads(line)
    if event["type"] == "message":
        if event["data"] == "mistakes":
            print("this is no JSON", flush=True)
            print('{"type":"shout"}', flush=True)
            say(type="send", to="nobody", data="d")
            say(type="send", to={"room": "nowhere"}, data="d")
            say(type="close", id="nobody")
        if event["data"] == "close": say(type="close", id=event["id"], code=4321, reason="as you wish")
        if event["data"] == "die": sys.exit(3)
    if event["type"] != "close": say(type="send", to="*", data=line.strip())
    elif event["id"]: say(type="send", to="*", data="close %s" % event["code"])
`;

testEach(
  "stdws shared with framing=events goes on after mistakes, and logs each with its line",
  async (form) => {
    await using server = await eventServer(form);
    using client = await RawClient.open(server.url);
    assertEquals(JSON.parse(await client.text()).type, "open");
    await client.send("mistakes");
    assertEquals(JSON.parse(await client.text()).data, "mistakes");
    for (
      const mistake of [
        /ERROR .*Line 2: it is no JSON: this is no JSON$/,
        /ERROR .*Line 3: "type" is "shout": expected/,
        /ERROR .*Line 4: there is no "nobody": /,
        /ERROR .*Line 5: nobody is in room "nowhere": /,
        /ERROR .*Line 6: there is no "nobody": /,
      ]
    ) await server.stdout.until(mistake);
  },
  ["python3"],
);

testEach(
  "stdws shared with framing=events tells of requests, messages and closes",
  async (form) => {
    await using server = await eventServer(form);
    using one = await RawClient.open(server.url, {
      target: "/chat/a%20b?x=1",
      headers: { "X-Word": "w" },
    });
    const open = JSON.parse(await one.text());
    assertEquals(open.request.path, "/chat/a b");
    assertEquals(open.request.params, { room: "a b" });
    assertEquals(open.request.query, "x=1");
    assertEquals(open.request.headers["x-word"], "w");
    assertEquals(open.request.remote.address, "127.0.0.1");
    assertEquals([open.request.secure, open.request.subject], [false, ""]);
    const two = await RawClient.open(server.url, { target: "/chat/b" });
    const { id } = JSON.parse(await one.text());
    await two.send("ü");
    assertEquals(JSON.parse(await one.text()), { type: "message", id, data: "ü" });
    await two.close(1000, "");
    assertEquals(await one.text(), "close 1000");
    two[Symbol.dispose]();
    const three = await RawClient.open(server.url, { target: "/chat/c" });
    assertEquals(JSON.parse(await one.text()).request.params, { room: "c" });
    three[Symbol.dispose]();
    assertEquals(await one.text(), "close 1006");
    await one.send("close");
    assertEquals((await one.rest()).closed, "4321 as you wish");
  },
  ["python3"],
);

testEach("stdws shared with framing=events tells a new process who is there", async (form) => {
  await using server = await eventServer(form, "&restart=on-failure");
  using one = await RawClient.open(server.url);
  const first = JSON.parse(await one.text());
  using two = await RawClient.open(server.url);
  const second = JSON.parse(await one.text());
  await two.text();
  await one.send("die");
  assertEquals(JSON.parse(await one.text()), first);
  assertEquals(JSON.parse(await one.text()), second);
  await two.send("again");
  assertEquals(JSON.parse(await one.text()).data, "again");
}, ["python3"]);

testEach(
  "stdws shared with framing=events tells a process of every close when the server stops",
  async (form) => {
    const file = await Deno.makeTempFile();
    try {
      // It has the time to read all of it.
      const route = `--route=/=shared?framing=events&closems=60000 sh -c 'cat > ${file}'`;
      const server = await TestServer.start([route], { form });
      const clients = await Promise.all(
        Array.from({ length: 20 }, () => RawClient.open(server.url)),
      );
      const left = clients.map(async (client) => {
        await client.rest();
        client[Symbol.dispose]();
      });
      await Promise.all([server.stop(), ...left]);
      const events = (await Deno.readTextFile(file)).trim().split("\n").map((line) =>
        JSON.parse(line)
      );
      const of = (type: string) => events.filter((event) => event.type === type);
      assertEquals(of("close").map(({ code }) => code), Array(20).fill(1001));
      assertEquals(of("close").map(({ id }) => id).sort(), of("open").map(({ id }) => id).sort());
    } finally {
      await Deno.remove(file);
    }
  },
);

async function eventServer(form: Parameters<Parameters<typeof testEach>[1]>[0], options = "") {
  return await TestServer.start([
    `--route=/chat/:room=shared?framing=events${options} python3 -c '${
      EVENTS.replaceAll("'", `'"'"'`)
    }'`,
    `--route=/*=shared?framing=events${options} python3 -c '${EVENTS.replaceAll("'", `'"'"'`)}'`,
  ], { form });
}

const WRONG: [route: string, message: string][] = [
  ["/:a=shared echo {a}", 'Invalid placeholder "{a}" in "shared echo {a}"'],
  ["/=shared?framing=events&history=3 cat", "history=3 cannot be used with framing=events"],
  ["/=shared?linger=soon cat", 'Invalid value "soon" for linger'],
  ["/=shared", "There is no COMMAND"],
];
const testRefused = testTable();
for (const [route, message] of WRONG) {
  testRefused(`stdws refuses --route='${route}'`, async (form) => {
    const { code, stderr } = await runToEnd([`--route=${route}`], { form });
    assertStringIncludes(stderr, message);
    assert(code === 1 || code === 2);
  });
}
