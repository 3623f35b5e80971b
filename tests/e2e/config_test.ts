import { assert, assertEquals, assertMatch } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { ConfigFile } from "../support/config_file.ts";
import { rowsFor, runToEnd, testBoth, testEach, TestServer } from "../support/server.ts";

const LOCAL = { port: 0, address: "127.0.0.1" };

testEach("stdws --config serves what its file says, without any other word", async (form) => {
  await using file = await ConfigFile.write(`{
    // Where
    "port": 0, "address": ["127.0.0.1"],
    "header-ws": "X-Config: file",
    "log-format": "json", /* all of it */ "loglevel": "debug",
    "routes": {
      "/greet/:name": {
        "handler": "process",
        "command": ["sh", "-c", "echo \\"$WORD, $1 $(pwd)\\"", "sh", "{name:[A-Z ]+}"],
        "env": { "WORD": "good day" },
        "cwd": "/",
      },
      "/echo": "echo",
      "/small": { "handler": "echo", "maxframesize": 3 },
    },
    "command": "sh -c 'echo otherwise'",
  }`);
  await using server = await TestServer.startAt([`--config=${file.path}`], { form });
  using greeted = await RawClient.open(`${server.url}greet/J%20D`);
  assertEquals(greeted.answer.headers.get("x-config"), "file");
  assertEquals(await greeted.text(), "good day, J D /");
  using echoed = await RawClient.open(`${server.url}echo`);
  await echoed.send("hello");
  assertEquals(await echoed.text(), "hello");
  using small = await RawClient.open(`${server.url}small`);
  await small.send("four");
  assertEquals((await small.rest()).closed.slice(0, 4), "1009");
  using other = await RawClient.open(`${server.url}what/ever`);
  assertEquals(await other.text(), "otherwise");
  assert(server.stdout.all.every((line) => line.startsWith("{")));
});

testBoth("stdws takes the command line before its file before STDWS_* variables", async (form) => {
  await using file = await ConfigFile.write({ ...LOCAL, header: "X-From: file", echo: true });
  const env = {
    STDWS_HEADER: "X-From: variable",
    STDWS_HEADER_WS: "X-Ws: variable",
    STDWS_BROADCAST: "true",
    STDWS_ROUTE: "/variable=process echo from a variable",
    STDWS_CONFIG: file.path,
  };
  const cases = [
    [[], "file"],
    [["--header=X-From: words"], "words"],
  ] as const;
  for (const [args, from] of cases) {
    await using server = await TestServer.startAt(args, { form, env });
    await server.stdout.until(/Serving using handler {7}: echo$/);
    using client = await RawClient.open(server.url);
    const { headers } = client.answer;
    assertEquals([headers.get("x-from"), headers.get("x-ws")], [from, "variable"]);
    using other = await RawClient.open(`${server.url}variable`);
    assertEquals(await other.text(), "from a variable");
  }
});

testBoth(
  "stdws serves what STDWS_* variables say alone, and warns of those that it does not know",
  async (form) => {
    const env = {
      STDWS_PORT: "0",
      STDWS_ADDRESS: "127.0.0.1\n::1",
      STDWS_ECHO: "true",
      STDWS_PROT: "1",
      STDWS_PARAM_ROOM: "a",
    };
    await using server = await TestServer.startAt([], { form, env });
    const line = await server.stdout.until(/Warning/);
    assertMatch(
      line,
      /\| INFO .*Warning: no option has the name of these variables: STDWS_PROT \(did you mean "STDWS_PORT"\?\)$/,
    );
    assertEquals(server.stdout.all.filter((it) => it.includes("Warning")).length, 1);
    await server.stdout.until(/Starting WebSocket server {3}: ws:\/\/\[::1\]:/);
    using client = await RawClient.open(server.url);
    await client.send("hello");
    assertEquals(await client.text(), "hello");
  },
);

testBoth("stdws runs beside a service of Kubernetes that has its name", async (form) => {
  const env = {
    STDWS_SERVICE_HOST: "10.0.0.1",
    STDWS_SERVICE_PORT: "80",
    STDWS_PORT: "tcp://10.0.0.1:80",
    STDWS_PORT_80_TCP: "tcp://10.0.0.1:80",
    STDWS_PORT_80_TCP_ADDR: "10.0.0.1",
    STDWS_SSL: "",
  };
  await using overridden = await TestServer.start(["--ssl=false", "--echo"], { form, env });
  assertEquals(overridden.stdout.all.filter((line) => line.includes("Warning")), []);
  const args = ["--unixsocket=/proc/stdws", "--echo"];
  const { code, stdout } = await runToEnd(args, { form, env });
  assertEquals(code, 3);
  const warnings = stdout.split("\n").filter((line) => line.includes("Warning"));
  assertEquals(warnings.map((line) => line.replace(/.* \| /, "")), [
    "Warning: these variables count as not set: STDWS_PORT, STDWS_SSL",
  ]);
});

testBoth("stdws names every mistake of its file with its place, and ends with 1", async (form) => {
  await using file = await ConfigFile.write(`{
  "port": 70000,
  "routes": {
    "/top": { "handler": "shared", "command": "top", "linger": "5 minutes" }
  },
  "prot": 1
}`);
  const { code, stdout, stderr } = await runToEnd([`--config=${file.path}`], { form });
  assertEquals({ code, stdout }, { code: 1, stdout: "" });
  const [first, second, third, ...more] = stderr.split("\n");
  assertEquals(
    first,
    `stdws: ${file.path}:2:11: Invalid value 70000 for port: expected a whole number, 0 to 65535`,
  );
  assertEquals(
    second,
    `stdws: ${file.path}:4:64: Invalid value "5 minutes" for routes["/top"].linger: expected milliseconds, a number with ms, s, m or h, or forever`,
  );
  const begin = `stdws: ${file.path}:6:3: Unknown option "prot" (did you mean "port"?): `;
  assertEquals(third?.slice(0, begin.length), begin);
  assertEquals(more, [""]);
});

const REFUSED: [args: string[], env: Record<string, string>, code: number, says: RegExp][] = [
  [["--config=stdws-no-such.jsonc"], {}, 1, /"stdws-no-such\.jsonc"/],
  [["--config="], {}, 1, /"".*--config/],
  [[], { STDWS_CONFIG: "stdws-no-such.jsonc" }, 1, /"stdws-no-such\.jsonc"/],
  [["--echo"], { STDWS_PORT: "x" }, 2, /"x" for STDWS_PORT: expected a whole number$/],
  [["--echo"], { STDWS_PORT: "65536" }, 2, /"65536" for STDWS_PORT: expected .*0 to 65535$/],
  [["--echo"], { STDWS_LOGLEVEL: "all" }, 2, /"all" for STDWS_LOGLEVEL: expected debug, /],
  [[], { STDWS_PROT: "1" }, 1, /COMMAND/],
];
testBoth(
  "stdws refuses a file or variables that are wrong, and says why",
  async (form, context) => {
    for (const [args, env, code, says] of rowsFor(form, REFUSED, ([_args, _env, code]) => code)) {
      const title = [...args, JSON.stringify(env)].join(" ");
      await context.step(`${title} with ${code}`, async () => {
        const found = await runToEnd(args, { form, env });
        assertEquals({ code: found.code, stdout: found.stdout }, { code, stdout: "" });
        assertMatch(found.stderr.split("\n")[0] ?? "", says);
      });
    }
  },
);
