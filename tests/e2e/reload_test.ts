import { assertEquals, assertMatch } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { ConfigFile } from "../support/config_file.ts";
import { pidIn, untilGone } from "../support/processes.ts";
import { type Form, testEach, TestServer } from "../support/server.ts";

const LOCAL = { port: 0, address: "127.0.0.1" };

function saying(word: string): unknown {
  return { handler: "process", command: ["sh", "-c", `echo ${word} $$; exec cat`] };
}

async function start(file: ConfigFile, form: Form, env = {}): Promise<TestServer> {
  return await TestServer.startAt([`--config=${file.path}`], { form, env });
}

/** Has the server read its file again; the line that says what came of it. */
async function reload(server: TestServer): Promise<string> {
  const known = server.stdout.all.length;
  Deno.kill(server.pid, "SIGHUP");
  return await server.stdout.after(known, /Reloaded|Cannot reload/);
}

testEach(
  "stdws takes up changed routes at SIGHUP, and connections stay where they are",
  async (form) => {
    const routes = { "/a": saying("old"), "/gone": "echo", "/room": "broadcast" };
    await using file = await ConfigFile.write({ ...LOCAL, routes });
    await using server = await start(file, form);
    using old = await RawClient.open(`${server.url}a`);
    const oldPid = pidIn((await old.text()).replace("old ", ""));
    using gone = await RawClient.open(`${server.url}gone`);
    using member = await RawClient.open(`${server.url}room`);

    await file.change({
      ...LOCAL,
      routes: { "/room": "broadcast", "/a": saying("new"), "/b": "echo" },
    });
    assertMatch(await reload(server), /Reloaded: 3 routes$/);
    using fresh = await RawClient.open(`${server.url}a`);
    assertMatch(await fresh.text(), /^new \d+$/);
    await old.send("still here");
    assertEquals(await old.text(), "still here");
    old[Symbol.dispose]();
    await untilGone(oldPid);
    await gone.send("still here");
    assertEquals(await gone.text(), "still here");
    using refused = await RawClient.request(`${server.url}gone`);
    assertEquals(refused.answer.status, 404);
    using added = await RawClient.open(`${server.url}b`);
    await added.send("here");
    assertEquals(await added.text(), "here");
    // A route that stays has its handler: the room is one.
    using other = await RawClient.open(`${server.url}room`);
    await other.send("to both");
    assertEquals([await member.text(), await other.text()], ["to both", "to both"]);
  },
);

testEach(
  "stdws keeps its routes where the changed file has a mistake, and says which",
  async (form) => {
    await using file = await ConfigFile.write({ ...LOCAL, routes: { "/a": "echo" } });
    await using server = await start(file, form);
    const WRONG: [config: unknown, says: RegExp][] = [
      ["{", /stdws\.jsonc:1:2: It is no JSON/],
      [{ ...LOCAL, routes: { "/b": "ecko" } }, /stdws\.jsonc:5:11: Unknown handler "ecko"/],
      [{ ...LOCAL, routes: { "/b": "process stdws-no-such-program" } }, /"stdws-no-such-program"/],
      [{ ...LOCAL }, /nothing to serve/],
    ];
    for (const [config, says] of WRONG) {
      await file.change(config);
      const line = await reload(server);
      assertMatch(line, /\| ERROR  \| server .*Cannot reload, the routes stay as they were: /);
      assertMatch(line, says);
      using client = await RawClient.open(`${server.url}a`);
      await client.send("hello");
      assertEquals(await client.text(), "hello");
    }
    await file.change({ ...LOCAL, routes: { "/b": "echo" } });
    assertMatch(await reload(server), /Reloaded: 1 route$/);
    using client = await RawClient.open(`${server.url}b`);
    await client.send("hello");
    assertEquals(await client.text(), "hello");
  },
);

testEach("stdws names the options that a reload does not change", async (form) => {
  await using file = await ConfigFile.write({ ...LOCAL, routes: { "/a": "echo" } });
  await using server = await start(file, form, { STDWS_LOG_FORMAT: "text" });
  const changed = { port: 1, address: "127.0.0.1", ssl: false, maxqueue: 5 };
  await file.change({ ...changed, routes: { "/a": "echo" } });
  await reload(server);
  const line = await server.stdout.until(/restart/);
  assertMatch(line, /\| ERROR .*Changed, but not without a restart: --port, --ssl$/);
  using client = await RawClient.open(`${server.url}a`);
  await client.send("hello");
  assertEquals(await client.text(), "hello");
});

testEach("stdws reads the file that STDWS_CONFIG names again, too", async (form) => {
  await using file = await ConfigFile.write({ ...LOCAL, echo: true });
  await using server = await TestServer.startAt([], { form, env: { STDWS_CONFIG: file.path } });
  using old = await RawClient.open(server.url);
  await file.change({ ...LOCAL, command: ["echo", "a program"] });
  assertMatch(await reload(server), /Reloaded: 1 route$/);
  using fresh = await RawClient.open(server.url);
  assertEquals(await fresh.text(), "a program");
  await old.send("hello");
  assertEquals(await old.text(), "hello");
});

testEach(
  "stdws ends the shared process of a route that is gone after its last client",
  async (form) => {
    const command = ["sh", "-c", "while read line; do echo $$ $line; done"];
    const shared = { handler: "shared", command, linger: "forever" };
    await using file = await ConfigFile.write({
      ...LOCAL,
      routes: { "/s": shared, "/e": "echo" },
    });
    await using server = await start(file, form);
    const one = await RawClient.open(`${server.url}s`);
    await one.send("a");
    const [pid] = (await one.text()).split(" ");
    await file.change({ ...LOCAL, routes: { "/e": "echo" } });
    await reload(server);
    await one.send("b");
    assertEquals(await one.text(), `${pid} b`);
    one[Symbol.dispose]();
    await untilGone(Number(pid));
  },
);
