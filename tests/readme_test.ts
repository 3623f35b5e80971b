import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { parseRoute } from "../lib/cli/route.ts";
import { checkPlaceholders } from "../lib/process/check_placeholders.ts";
import { handlerTable } from "../lib/cli/handler_table.ts";
import { flagTable } from "../lib/cli/help.ts";
import { RawClient } from "./support/client.ts";
import { needing } from "./support/programs.ts";
import { ROOT, runToEnd, TestServer } from "./support/server.ts";
import { Target, writeAll } from "./support/target.ts";

const README = await Deno.readTextFile(`${ROOT}README.md`);

const BLOCKS = [...README.matchAll(/```sh\n([^]*?)```/g)].map((match) => match[1] ?? "");

const TABLES: [what: string, table: string][] = [
  ["flags", flagTable()],
  ["handlers", handlerTable()],
];
for (const [what, table] of TABLES) {
  Deno.test(`README.md has the table that the ${what} make (deno run -A scripts/tables.ts)`, () => {
    const [head = ""] = table.split("\n", 1);
    const blocks = Array.from(
      README.matchAll(/<!-- deno-fmt-ignore-start[^>]*-->\n([^]*?)<!-- deno-fmt-ignore-end -->/g),
      ([, block = ""]) => block.trim(),
    ).filter((block) => block.startsWith(`${head}\n`));
    assertEquals(blocks, [table.trim()]);
  });
}

Deno.test("README.md names the commands for a machine with Node.js alone", () => {
  assertStringIncludes(README, "npx -y deno@2.9.6 run -A main.ts");
  assertStringIncludes(README, "npx -y deno@2.9.6 task test");
});

/** The examples that start a server, with what a client shall see. */
const EXAMPLES: [start: string, client: (client: RawClient) => Promise<void>][] = [
  ["bash -c 'while read", async (client) => {
    await client.send("world");
    assertEquals(await client.text(), "Hello, world");
  }],
  ["bash -c 'for n in 1 2 3; do echo $n; sleep 0.1", async (client) => {
    assertEquals(await client.rest(), { texts: ["1", "2", "3"], closed: "1000" });
  }],
  ["python3 -c", async (client) => {
    assertEquals(await client.rest(), { texts: ["1", "2", "3"], closed: "1000" });
  }],
  ["--dir=programs", async (client) => {
    assertEquals(await client.rest(), { texts: ["Hello, me"], closed: "1000" });
  }],
  ["--broadcast", async (client) => {
    await client.send("hi");
    assertEquals(await client.text(), "hi");
  }],
  ["--echo", async (client) => {
    await client.send("hi");
    assertEquals(await client.text(), "hi");
  }],
  ["--passstderr", async (client) => {
    const { texts, closed } = await client.rest();
    assertEquals(texts.toSorted(), [
      '{"stream":"stderr","data":"broken"}',
      '{"stream":"stdout","data":"fine"}',
    ]);
    assertEquals(closed, "4003 exit status 3");
  }],
];
for (const [start, check] of EXAMPLES) {
  testExample(start, [start.startsWith("python3") ? "python3" : "bash"], async (words, cwd) => {
    await using server = await TestServer.start(words, { cwd });
    using client = await RawClient.open(`${server.url}greet/me`);
    await check(client);
  });
}

testExample("--route='/chat/:room=broadcast?history=50&presence", [], async (words, cwd) => {
  await using server = await TestServer.start(words, { cwd });
  using ann = await RawClient.open(`${server.url}chat/lobby`);
  const { id, ...joined } = JSON.parse(await ann.text());
  assertEquals(joined, { type: "join", room: "lobby", members: 1 });
  await ann.send("hi");
  assertEquals(await ann.text(), "hi");
  using bob = await RawClient.open(`${server.url}chat/lobby`);
  assertEquals([await bob.text(), JSON.parse(await bob.text()).members], ["hi", 2]);
  await ann.text();
  await ann.close();
  assertEquals(JSON.parse(await bob.text()), {
    type: "leave",
    id,
    room: "lobby",
    members: 1,
  });
});

testExample("--route='/watch/:room=broadcast", [], async (words, cwd) => {
  await using server = await TestServer.start(words, { cwd });
  using speaker = await RawClient.open(`${server.url}speak/hall`);
  await speaker.send("Welcome");
  await speaker.close();
  assertEquals((await speaker.next()).kind, "close");
  using viewer = await RawClient.open(`${server.url}watch/hall`);
  assertEquals(await viewer.text(), "Welcome");
});

testExample("--route='/top=shared", ["top"], async (words, cwd) => {
  await using server = await TestServer.start(words, { cwd });
  using greeted = await RawClient.open(`${server.url}greet/you`);
  assertEquals(await greeted.rest(), { texts: ["Hello, you"], closed: "1000" });
  using one = await RawClient.open(`${server.url}top`);
  const first = await one.text();
  assertMatch(first, /^top - /);
  // Somebody who comes later gets the last lines of the same process.
  using other = await RawClient.open(`${server.url}top`);
  await other.text();
});

testExample("--route='/greet/:name=process?", ["seq"], async (words, cwd) => {
  await using server = await TestServer.start(words, { cwd });
  const told: [path: string, texts: string[]][] = [
    ["greet/you", ["Hello, you"]],
    ["count/3", ["1", "2", "3"]],
    ["count/-3", ["Nothing at /count/-3"]],
  ];
  for (const [path, texts] of told) {
    using client = await RawClient.open(server.url + path);
    assertEquals(await client.rest(), { texts, closed: "1000" });
  }
  for (const path of ["echo", "chat/a"]) {
    using client = await RawClient.open(server.url + path);
    await client.send("hi");
    assertEquals(await client.text(), "hi");
  }
});

Deno.test("README.md shows how a shell gets what a client chooses", () => {
  const [, route = ""] = /shows the other way:\s+`([^`]*)`/.exec(README) ?? [];
  const { words } = parseRoute(`/:name=process ${route}`);
  checkPlaceholders(words);
  assertEquals(words.at(-1), "{name}");
});

testExample("--staticdir=site", [], async (words, cwd) => {
  await using server = await TestServer.start(words, { cwd });
  assertStringIncludes(await (await fetch(server.url.replace("ws", "http"))).text(), "WebSocket");
  using client = await RawClient.open(server.url);
  assertEquals(await client.text(), "1");
});

testExample("--devconsole -- cat", [], async (words, cwd) => {
  await using server = await TestServer.start(words, { cwd });
  const page = await (await fetch(server.url.replace("ws", "http"))).text();
  assertStringIncludes(page, "bufferedAmount");
});

testExample("--handlers=handlers --watch", [], async (words, cwd) => {
  await using server = await TestServer.start(words, { cwd });
  using ann = await RawClient.open(`${server.url}hall?Ann`);
  assertEquals(await ann.text(), "Ann came");
  const bob = await RawClient.open(`${server.url}hall?Bob`);
  assertEquals([await ann.text(), await bob.text()], ["Bob came", "Bob came"]);
  await ann.send("hi");
  assertEquals(await bob.text(), "hi");
  bob[Symbol.dispose]();
  assertEquals(await ann.text(), "Bob left");
});

testExample("--cgidir=cgi-bin", [], async (words, cwd) => {
  await using server = await TestServer.start(words, { cwd });
  const answer = await fetch(`${server.url.replace("ws", "http")}hello/you`);
  assertEquals(await answer.text(), "Hello, you\n");
});

testExample("--ssl --sslcert=cert.pem --sslkey=key.pem --echo", ["openssl"], async (words, cwd) => {
  await using server = await TestServer.start(words, { cwd });
  const caCerts = [await Deno.readTextFile(`${cwd}/cert.pem`)];
  const conn = await Deno.connectTls({ hostname: "localhost", port: server.port, caCerts });
  using client = await RawClient.open("ws://localhost/", { conn });
  await client.send("hi");
  assertEquals(await client.text(), "hi");
});

testExample("--sslca=ca.pem", ["openssl"], async (words, cwd) => {
  await wordsOf("--sslkey=key.pem --echo", cwd);
  await using server = await TestServer.start(words, { cwd });
  const [ca = "", cert = "", key = ""] = await Promise.all(
    ["cert", "jane", "jane-key"].map((name) => Deno.readTextFile(`${cwd}/${name}.pem`)),
  );
  const address = { hostname: "localhost", port: server.port };
  const conn = await Deno.connectTls({ ...address, caCerts: [ca], cert, key });
  using client = await RawClient.open("ws://localhost/", { conn });
  assertEquals(await client.text(), "Hello, CN=Jane Doe,O=Example");
});

testExample("--config=stdws.jsonc", [], async (words, cwd) => {
  await using server = await TestServer.start(words, { cwd });
  using greeted = await RawClient.open(`${server.url}greet/Jane`);
  assertEquals(greeted.answer.headers.get("x-served-by"), "stdws");
  assertEquals(await greeted.text(), "Hello, Jane");
  using echoed = await RawClient.open(`${server.url}echo`);
  await echoed.send("hi");
  assertEquals(await echoed.text(), "hi");
});

testExample("--check --address=127.0.0.1", ["uptime"], async (words, cwd) => {
  const env = { PATH: "/usr/bin", LD_LIBRARY_PATH: "" };
  const { stdout } = await runToEnd(["--port=8080", ...words], { cwd, env });
  const [, shown = ""] = /```\n(Routes, [^]*?)```/.exec(README) ?? [];
  assertEquals(stdout.slice(0, shown.length), shown);
});

testExample("--route='/vnc=tcp", [], async (words, cwd) => {
  using target = Target.tcp();
  await using server = await TestServer.start(
    words.map((word) => word.replace("127.0.0.1:5900", target.address)),
    { cwd },
  );
  const headers = { "Sec-WebSocket-Protocol": "binary" };
  using client = await RawClient.open(`${server.url}vnc`, { headers });
  assertEquals(client.answer.headers.get("sec-websocket-protocol"), "binary");
  using conn = await target.accept();
  await writeAll(conn, new TextEncoder().encode("RFB 003.008\n"));
  const received = await client.next();
  assertEquals(received.kind === "binary" && received.data.length, 12);
});

Deno.test({
  ...needing("README.md has examples of the client that work", "bash"),
  async fn() {
    const examples: [start: string, server: string[], output: string][] = [
      ["printf 'one", ["--echo"], "one\ntwo\n"],
      ["deno run -A main.ts --connect=", ["seq", "3"], "1\n2\n3\n"],
    ];
    for (const [start, args, output] of examples) {
      await using server = await TestServer.start(args);
      const block = BLOCKS.find((text) => text.startsWith(start)) ?? "false";
      const script = `deno() { "${Deno.execPath()}" "$@"; }
${block.replace("ws://localhost:8080/", server.url)}`;
      const command = new Deno.Command("bash", { args: ["-c", script], cwd: ROOT, stderr: "null" });
      assertEquals(new TextDecoder().decode((await command.output()).stdout), output);
    }
  },
});

/** Runs what the README says in an empty folder, then the test with the options of the example. */
function testExample(
  start: string,
  programs: readonly string[],
  test: (words: string[], cwd: string) => Promise<void>,
): void {
  Deno.test({
    ...needing(`README.md has an example that works: ${start}`, "bash", ...programs),
    async fn() {
      const folder = await Deno.makeTempDir();
      try {
        await test(await wordsOf(start, folder), folder);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

/** Runs the block of an example with a shell, in which `deno` prints the words that it would get. */
async function wordsOf(start: string, folder: string): Promise<string[]> {
  const block = BLOCKS.find((text) => text.startsWith("deno run") && text.includes(start)) ??
    BLOCKS.find((text) => text.includes(start));
  const lines = (block ?? "").split("\n").filter((line) =>
    start.startsWith("--") && /^deno .*--(echo|broadcast)/.test(line) ? line.includes(start) : true
  );
  const shell = `deno() { printf '%s\\0' "$@"; }\n${lines.join("\n")}`;
  const { stdout } = await new Deno.Command("bash", { args: ["-c", shell], cwd: folder }).output();
  const words = new TextDecoder().decode(stdout).split("\0").slice(0, -1);
  assertEquals(words.slice(0, 3), ["run", "-A", "main.ts"]);
  assertMatch(words[3] ?? "", /^--port=8\d+$/);
  return words.slice(4);
}
