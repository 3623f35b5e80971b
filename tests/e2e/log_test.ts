import { assert, assertEquals, assertMatch } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { testEach, TestServer, testTable } from "../support/server.ts";

const PLAIN = { headers: { Upgrade: undefined, Connection: undefined } };
const LINE =
  /^([A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}) \| ([A-Z ]{6}) \| ([a-z ]{10}) \| (.*?) \| (.*)$/;

/** Takes a line apart, which has to be one of the log; level and category without their padding. */
function parse(line: string) {
  const [, date = "", level = "", category = "", values = "", message = ""] = LINE.exec(line) ?? [];
  assert(date !== "", `not a line of the log: ${JSON.stringify(line)}`);
  return { date, level: level.trim(), category: category.trim(), values, message };
}

testEach("stdws logs what it serves and where, every address on a line", async (form) => {
  const args = ["--address=[::1]", "sh", "-c", "a  b"];
  await using server = await TestServer.start(args, { form });
  await server.stdout.until(/Starting WebSocket server.*::1/);
  const lines = server.stdout.all.map(parse);
  assertMatch(lines[0]?.message ?? "", /^Serving using application {3}: \/\S*\/sh -c a {2}b$/);
  assertEquals(lines[1]?.message, `Starting WebSocket server   : ${server.url}`);
  assertMatch(lines[2]?.message ?? "", /^Starting WebSocket server {3}: ws:\/\/\[::1\]:\d+\/$/);
  for (const { level, category, values } of lines) {
    assertEquals([level, category, values], ["INFO", "server", ""]);
  }
});

testEach("stdws logs the folder that it serves", async (form) => {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    await using server = await TestServer.start([`--dir=${folder}`], { form });
    const line = await server.stdout.until(/Serving/);
    assertEquals(parse(line).message, `Serving from directory      : ${folder}`);
  } finally {
    await Deno.remove(folder);
  }
});

testEach("stdws logs CONNECT, stderr and DISCONNECT with all that it knows", async (form) => {
  const program = 'echo "$$ $UNIQUE_ID"; read -r line; echo "it is $line" >&2; printf " x" >&2';
  await using server = await TestServer.start(["sh", "-c", program], { form });
  const target = "/a%20b?c=d";
  for (const origin of ["http://example.com:81", undefined]) {
    using client = await RawClient.open(server.url, { target, headers: { Origin: origin } });
    const [pid, id] = (await client.text()).split(" ");
    await client.send("wrong");
    await client.rest();
    await client.close();
    const url = `http://127.0.0.1:${server.port}${target}`;
    const command = /: (\/\S+\/sh) -c/.exec(server.stdout.all[0] ?? "")?.[1];
    const values = `url:'${url}' id:'${id}' remote:'127.0.0.1' command:'${command}' ` +
      `origin:'${origin ?? "file:"}' pid:'${pid}'`;
    await server.stdout.until(new RegExp(`id:'${id}'.* DISCONNECT$`));
    await server.stdout.until(new RegExp(`id:'${id}'.* \\|  x$`));
    await server.stdout.until(new RegExp(`id:'${id}'.* Closed by `));
    const found = server.stdout.all.filter((line) => line.includes(`id:'${id}'`)).map(parse)
      // That is another test's.
      .map((line) => ({
        ...line,
        message: line.message.replace(/^(Closed by the program) .*/, "$1"),
      }));
    assertEquals(new Set(found.map((line) => line.values)), new Set([values]));
    const said = found.map(({ level, category, message }) => [level, category, message].join("|"));
    assertEquals(said[0], "ACCESS|session|CONNECT");
    assertEquals(said.toSorted(), [
      "ACCESS|session|CONNECT",
      "ACCESS|session|DISCONNECT",
      "ERROR|stderr| x",
      "ERROR|stderr|it is wrong",
      "INFO|session|Closed by the program",
    ]);
  }
});

testEach(
  "stdws logs NOT FOUND and upgrades that it refuses, with status and route",
  async (form) => {
    await using server = await TestServer.start(["--origin=good.org", "--route=/=echo"], { form });
    const target = "/nowhere";
    for (const request of [{ ...PLAIN, target }, { headers: { Origin: "http://evil.org" } }]) {
      using client = await RawClient.request(server.url, request);
      assert(client.answer.status >= 400);
    }
    const { values, ...line } = parse(await server.stdout.until(/NOT FOUND/));
    assertEquals([line.level, line.category, line.message], ["ACCESS", "http", "NOT FOUND"]);
    assertMatch(values, /^url:'http:\/\/\S+\/nowhere' remote:'127\.0\.0\.1' status:'404'$/);
    const refused = parse(await server.stdout.until(/Unable to Upgrade/));
    assertEquals([refused.level, refused.category], ["ACCESS", "session"]);
    assertMatch(
      refused.values,
      / remote:'127\.0\.0\.1' origin:'http:\/\/evil\.org' status:'403' route:'\/'$/,
    );
  },
);

const ZONES = {
  UTC: "+0000",
  "Asia/Shanghai": "+0800",
  "Asia/Kolkata": "+0530",
  "Etc/GMT+7": "-0700",
};
const testZone = testTable();
for (const [zone, offset] of Object.entries(ZONES)) {
  testZone(`stdws writes the time of TZ=${zone}`, async (form) => {
    const before = Math.floor(Date.now() / 1000) * 1000;
    await using server = await TestServer.start(["--echo"], { form, env: { TZ: zone } });
    const { date } = parse(server.stdout.all[0] ?? "");
    assertEquals(date.slice(-5), offset);
    const time = Date.parse(date);
    assert(time >= before && time <= Date.now(), `${date} is not now`);
    const weekday = new Date(Date.parse(date.slice(0, -5) + "+0000")).toUTCString().slice(0, 3);
    assertEquals(date.slice(0, 3), weekday);
  });
}

testEach("stdws --log-format=json writes the same as objects", async (form) => {
  const program = 'echo "$$ $UNIQUE_ID"; read -r line; printf "q\\"\\033\\n" >&2';
  const args = ["--log-format=json", "sh", "-c", program];
  await using server = await TestServer.start(args, { form });
  using client = await RawClient.open(server.url, { target: "/x?y" });
  const [pid, id] = (await client.text()).split(" ");
  await client.send("");
  await client.rest();
  await client.close();
  await server.stdout.until(/"DISCONNECT"/);
  await server.stdout.until(/"stderr"/);
  const objects = server.stdout.all.map((line) => JSON.parse(line));
  for (const object of objects) {
    assertMatch(object.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    delete object.time;
  }
  const [serving, starting, connect] = objects;
  const server0 = { level: "info", category: "server" };
  assertMatch(serving.message, /^Serving using application {3}: /);
  assertEquals(starting, { ...server0, message: `Starting WebSocket server   : ${server.url}` });
  const known = {
    url: `http://127.0.0.1:${server.port}/x?y`,
    id,
    remote: "127.0.0.1",
    command: /: (\/\S+\/sh) -c/.exec(serving.message)?.[1],
    origin: "file:",
    pid,
    route: "*",
  };
  assertEquals(connect, { level: "access", category: "session", ...known, message: "CONNECT" });
  const stderr = objects.find((object) => object.category === "stderr");
  assertEquals(stderr, { level: "error", category: "stderr", ...known, message: 'q"\x1b' });
});
