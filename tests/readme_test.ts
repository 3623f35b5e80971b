import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { flagTable } from "../lib/cli/help.ts";
import { RawClient } from "./support/client.ts";
import { needing } from "./support/programs.ts";
import { ROOT, TestServer } from "./support/server.ts";

const README = await Deno.readTextFile(`${ROOT}README.md`);

Deno.test("README.md has the table that the flags make", () => {
  const [, table] =
    /<!-- deno-fmt-ignore-start[^>]*-->\n([^]*?)<!-- deno-fmt-ignore-end -->/.exec(README) ?? [];
  assertEquals(table?.trim(), flagTable().trim());
});

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
  const blocks = [...README.matchAll(/```sh\n([^]*?)```/g)].map((match) => match[1] ?? "");
  const block = blocks.find((text) => text.startsWith("deno run") && text.includes(start)) ??
    blocks.find((text) => text.includes(start));
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
