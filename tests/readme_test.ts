import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { parseRoute } from "../lib/cli/route.ts";
import { checkPlaceholders } from "../lib/process/check_placeholders.ts";
import { TABLES } from "../scripts/tables.ts";
import { RawClient } from "./support/client.ts";
import { readPages, shellBlocks, wordsFor } from "./support/pages.ts";
import { needing } from "./support/programs.ts";
import { ROOT, runToEnd, TestServer } from "./support/server.ts";
import { Target, writeAll } from "./support/target.ts";

const PAGES = new Map((await readPages()).map((page) => [page.path, page]));
const [README, HANDLERS, CLI] = ["README.md", "lib/handlers/README.md", "lib/cli/README.md"]
  .map((path) => PAGES.get(path)?.text ?? "") as [string, string, string];

/** The examples that some test here has taken up. */
const tried = new Set<string>();

for (const { page, make } of TABLES) {
  Deno.test(`${page} has the table of ${make.name}() (deno run -A scripts/tables.ts)`, () => {
    const table = make().trim();
    const [head = ""] = table.split("\n", 1);
    const text = PAGES.get(page)?.text ?? "";
    const blocks = Array.from(
      text.matchAll(/<!-- deno-fmt-ignore-start[^>]*-->\n([^]*?)<!-- deno-fmt-ignore-end -->/g),
      ([, block = ""]) => block.trim(),
    ).filter((block) => block.startsWith(`${head}\n`));
    assertEquals(blocks, [table]);
  });
}

Deno.test("README.md is a page or two that one reads to the end", () => {
  assert(new TextEncoder().encode(README).length <= 12_000);
});

Deno.test("README.md names the commands for a machine with Node.js alone", () => {
  assertStringIncludes(README, "npx -y deno@2.9.6 run -A main.ts");
  assertStringIncludes(README, "npx -y deno@2.9.6 task test");
});

/** The examples that start a server, with what a client shall see. */
const EXAMPLES: [page: string, start: string, client: (client: RawClient) => Promise<void>][] = [
  ["README.md", "bash -c 'while read", async (client) => {
    await client.send("world");
    assertEquals(await client.text(), "Hello, world");
  }],
  ["README.md", "bash -c 'for n in 1 2 3; do echo $n; sleep 0.1", async (client) => {
    assertEquals(await client.rest(), { texts: ["1", "2", "3"], closed: "1000" });
  }],
  ["lib/process/README.md", "python3 -c", async (client) => {
    assertEquals(await client.rest(), { texts: ["1", "2", "3"], closed: "1000" });
  }],
  ["lib/process/README.md", "exec > >(while", async (client) => {
    assertEquals(await client.rest(), { texts: ["1", "2", "3"], closed: "4003 exit status 3" });
  }],
  ["lib/handlers/README.md", "--framing=length", async (client) => {
    for (const message of [Uint8Array.of(0, 10, 255), new Uint8Array()]) {
      await client.send(message);
      assertEquals<unknown>(await client.next(), { kind: "binary", data: message.toReversed() });
    }
  }],
  ["lib/handlers/README.md", "--dir=programs", async (client) => {
    assertEquals(await client.rest(), { texts: ["Hello, me"], closed: "1000" });
  }],
  ["lib/handlers/README.md", "--broadcast", async (client) => {
    await client.send("hi");
    assertEquals(await client.text(), "hi");
  }],
  ["lib/handlers/README.md", "--echo", async (client) => {
    await client.send("hi");
    assertEquals(await client.text(), "hi");
  }],
  ["lib/process/README.md", "--passstderr", async (client) => {
    const { texts, closed } = await client.rest();
    assertEquals(texts.toSorted(), [
      '{"stream":"stderr","data":"broken"}',
      '{"stream":"stdout","data":"fine"}',
    ]);
    assertEquals(closed, "4003 exit status 3");
  }],
];
for (const [page, start, check] of EXAMPLES) {
  testExample(
    page,
    start,
    [/python3|=length/.test(start) ? "python3" : "bash"],
    async (words, cwd) => {
      await using server = await TestServer.start(words, { cwd });
      using client = await RawClient.open(`${server.url}greet/me`);
      await check(client);
    },
  );
}

testExample(
  "lib/handlers/README.md",
  "--route='/chat/:room=broadcast?history=50&presence",
  [],
  async (words, cwd) => {
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
  },
);

testExample("lib/handlers/README.md", "--route='/watch/:room=broadcast", [], async (words, cwd) => {
  await using server = await TestServer.start(words, { cwd });
  using speaker = await RawClient.open(`${server.url}speak/hall`);
  await speaker.send("Welcome");
  await speaker.close();
  assertEquals((await speaker.next()).kind, "close");
  using viewer = await RawClient.open(`${server.url}watch/hall`);
  assertEquals(await viewer.text(), "Welcome");
});

testExample("README.md", "--route='/top=shared", ["top"], async (words, cwd) => {
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

testExample(
  "lib/handlers/README.md",
  "--route='/greet/:name=process?",
  ["seq"],
  async (words, cwd) => {
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
  },
);

testExample("lib/handlers/README.md", "--framing=nul", ["find"], async (words, cwd) => {
  await Deno.writeTextFile(`${cwd}/two\nlines`, "");
  await using server = await TestServer.start(words, { cwd });
  using client = await RawClient.open(server.url);
  assertEquals(await client.rest(), { texts: ["./two\nlines"], closed: "1000" });
});

testExample("lib/handlers/README.md", "--framing=json", ["jq"], async (words, cwd) => {
  const [, sent = ""] = /`(\{[^`]*\})` gets one message/.exec(HANDLERS) ?? [];
  await using server = await TestServer.start(words, { cwd });
  using client = await RawClient.open(server.url);
  await client.send(sent);
  assertEquals(await client.text(), '{\n  "sum": 3\n}');
  await client.send("no JSON");
  assertEquals((await client.rest()).closed, "1007 A message has to be one JSON value");
});

testExample("lib/handlers/README.md", "framing=content-length", [], async (words, cwd) => {
  const [, server = ""] = /(npm:\S+) --stdio/.exec(words.join(" ")) ?? [];
  // A download is no part of the time that a client waits.
  const cached = await new Deno.Command(Deno.execPath(), {
    args: ["cache", "--quiet", "--no-lock", server],
  }).output();
  assertEquals(cached.success, true, new TextDecoder().decode(cached.stderr));
  const replaced = words.map((word) => word.replace(" deno run", ` ${Deno.execPath()} run`));
  await using stdws = await TestServer.start(replaced, { cwd });
  using client = await RawClient.open(`${stdws.url}lsp`);
  const params = { processId: null, rootUri: null, capabilities: {} };
  await client.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params }));
  assertEquals(typeof JSON.parse(await client.text()).result.capabilities, "object");
});

testExample("lib/handlers/README.md", "framing=tagged", [], async (words, cwd) => {
  await using server = await TestServer.start(words, { cwd });
  using ann = await RawClient.open(`${server.url}chat`);
  assertEquals(await ann.text(), "Welcome");
  const [id] = (await ann.text()).split(" ");
  using bob = await RawClient.open(`${server.url}chat`);
  assertEquals(await bob.text(), "Welcome");
  assertMatch(await bob.text(), / has come$/);
  await ann.text();
  await ann.send("100% *\t\\n");
  assertEquals(await bob.text(), `${id} says 100% *\t\\n`);
  await ann.text();
  await ann.send("/quit");
  assertEquals((await ann.rest()).closed, "1000");
  assertEquals(await bob.text(), `${id} has left`);
});

testExample("lib/handlers/README.md", "doors/door.ts", [], async (words, cwd) => {
  await using server = await TestServer.start(words, { cwd });
  const page = await fetch(`${server.url.replace("ws", "http")}door`);
  assertEquals(await page.text(), "A door, for WebSockets\n");
  using refused = await RawClient.request(`${server.url}door`);
  assertEquals(refused.answer.status, 403);
  using ann = await RawClient.open(`${server.url}door?sesame`);
  assertEquals(await ann.text(), "There are 1 in the hall");
  await server.stdout.until(/INFO .*Somebody knows the word$/);
  using bob = await RawClient.open(`${server.url}speak/hall`);
  await bob.send("hi");
  assertEquals([await ann.text(), await bob.text()], ["hi", "hi"]);
});

testExample("lib/process/README.md", "orphans=keep", ["setsid"], async (words, cwd) => {
  await using server = await TestServer.start(words, { cwd });
  const client = await RawClient.open(`${server.url}build`);
  assertEquals(await client.text(), "started");
  using changes = Deno.watchFs(cwd);
  client[Symbol.dispose]();
  for await (const { kind, paths } of changes) {
    if (kind === "remove" && paths.some((path) => path.endsWith("/parts"))) break;
  }
});

Deno.test("lib/handlers/README.md shows how a shell gets what a client chooses", () => {
  const [, route = ""] = /shows the other way:\s+`([^`]*)`/.exec(HANDLERS) ?? [];
  const { words } = parseRoute(`/:name=process ${route}`);
  checkPlaceholders(words);
  assertEquals(words.at(-1), "{name:[a-z]+}");
});

testExample("lib/handlers/pages.md", "--route='/files/*=static", [], async (words, cwd) => {
  await using server = await TestServer.start(words, { cwd });
  const ask = async (path: string) =>
    await (await fetch(server.url.replace("ws", "http") + path)).text();
  assertEquals(await ask("files/hello.txt"), "Hello from a file\n");
  assertStringIncludes(await ask("files/"), "hello.txt");
  assertEquals(await ask("run/greet/you"), "Hello, you\n");
  assertStringIncludes(await ask("_console"), "bufferedAmount");
  using client = await RawClient.open(`${server.url}files/a`);
  await client.send("hi");
  assertEquals(await client.text(), "hi");
});

testExample("lib/handlers/pages.md", "--staticdir=site", [], async (words, cwd) => {
  await using server = await TestServer.start(words, { cwd });
  assertStringIncludes(await (await fetch(server.url.replace("ws", "http"))).text(), "WebSocket");
  using client = await RawClient.open(server.url);
  assertEquals(await client.text(), "1");
});

testExample("lib/handlers/pages.md", "--devconsole -- cat", [], async (words, cwd) => {
  await using server = await TestServer.start(words, { cwd });
  const page = await (await fetch(server.url.replace("ws", "http"))).text();
  assertStringIncludes(page, "bufferedAmount");
});

testExample("lib/handlers/README.md", "--handlers=handlers --watch", [], async (words, cwd) => {
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

testExample("lib/handlers/pages.md", "--cgidir=cgi-bin", [], async (words, cwd) => {
  await using server = await TestServer.start(words, { cwd });
  const answer = await fetch(`${server.url.replace("ws", "http")}hello/you`);
  assertEquals(await answer.text(), "Hello, you\n");
});

testExample(
  "lib/listen/README.md",
  "--ssl --sslcert=cert.pem --sslkey=key.pem --echo",
  ["openssl"],
  async (words, cwd) => {
    await using server = await TestServer.start(words, { cwd });
    const caCerts = [await Deno.readTextFile(`${cwd}/cert.pem`)];
    const conn = await Deno.connectTls({ hostname: "localhost", port: server.port, caCerts });
    using client = await RawClient.open("ws://localhost/", { conn });
    await client.send("hi");
    assertEquals(await client.text(), "hi");
  },
);

testExample("lib/listen/README.md", "--sslca=ca.pem", ["openssl"], async (words, cwd) => {
  // The certificate of the server is that of the example before.
  await startIn(findBlock("lib/listen/README.md", "--sslkey=key.pem --echo"), cwd);
  await using server = await TestServer.start(words, { cwd });
  const [ca = "", cert = "", key = ""] = await Promise.all(
    ["cert", "jane", "jane-key"].map((name) => Deno.readTextFile(`${cwd}/${name}.pem`)),
  );
  const address = { hostname: "localhost", port: server.port };
  const conn = await Deno.connectTls({ ...address, caCerts: [ca], cert, key });
  using client = await RawClient.open("ws://localhost/", { conn });
  assertEquals(await client.text(), "Hello, CN=Jane Doe,O=Example");
});

testExample("lib/cli/README.md", "--config=stdws.jsonc", [], async (words, cwd) => {
  await using server = await TestServer.start(words, { cwd });
  using greeted = await RawClient.open(`${server.url}greet/Jane`);
  assertEquals(greeted.answer.headers.get("x-served-by"), "stdws");
  assertEquals(await greeted.text(), "Hello, Jane");
  using echoed = await RawClient.open(`${server.url}echo`);
  await echoed.send("hi");
  assertEquals(await echoed.text(), "hi");
});

testExample("lib/cli/README.md", "--check --address=127.0.0.1", ["uptime"], async (words, cwd) => {
  const env = { PATH: "/usr/bin", LD_LIBRARY_PATH: "" };
  const { stdout } = await runToEnd(["--port=8080", ...words], { cwd, env });
  const [, shown = ""] = /```\n(Routes, [^]*?)```/.exec(CLI) ?? [];
  assertEquals(stdout.slice(0, shown.length), shown);
});

testExample("lib/handlers/README.md", "--route='/vnc=tcp", [], async (words, cwd) => {
  await tryScreen("vnc", words, cwd);
});

/** Gets the first bytes of a service, in place of which a listener here is asked. */
async function tryScreen(path: string, words: string[], cwd: string): Promise<void> {
  using target = Target.tcp();
  await using server = await TestServer.start(
    words.map((word) => word.replace("127.0.0.1:5900", target.address)),
    { cwd },
  );
  const headers = { "Sec-WebSocket-Protocol": "binary" };
  using client = await RawClient.open(`${server.url}${path}`, { headers });
  assertEquals(client.answer.headers.get("sec-websocket-protocol"), "binary");
  using conn = await target.accept();
  await writeAll(conn, new TextEncoder().encode("RFB 003.008\n"));
  const received = await client.next();
  assertEquals(received.kind === "binary" && received.data.length, 12);
}

testExample("README.md", "main.ts --port=8080 -- ls", ["ls"], async (words, cwd) => {
  await Deno.writeTextFile(`${cwd}/a file`, "");
  await using server = await TestServer.start(words, { cwd });
  using client = await RawClient.open(server.url);
  assertEquals(await client.rest(), { texts: ["a file"], closed: "1000" });
});

testExample("README.md", "/var/log/syslog", ["tail"], async (words, cwd) => {
  await Deno.writeTextFile(`${cwd}/log`, "one line\n");
  const replaced = words.map((word) => word.replace("/var/log/syslog", "log"));
  await using server = await TestServer.start(replaced, { cwd });
  using refused = await RawClient.request(server.url, { headers: { Origin: "https://a.example" } });
  assertEquals(refused.answer.status, 403);
  using client = await RawClient.open(server.url, { headers: { Origin: "https://example.com" } });
  assertEquals(await client.text(), "one line");
  await Deno.writeTextFile(`${cwd}/log`, "another\n", { append: true });
  assertEquals(await client.text(), "another");
});

testExample("README.md", "chat.py", ["python3"], async (words) => {
  await using server = await TestServer.start(words);
  const page = await fetch(server.url.replace("ws", "http"));
  assertStringIncludes(await page.text(), "Chat");
  using client = await RawClient.open(`${server.url}chat`);
  await client.send("hi");
  assertEquals(await client.text(), "from1: hi");
});

testExample("README.md", "--watch --handlers=", [], async (words) => {
  await using server = await TestServer.start(words);
  using client = await RawClient.open(`${server.url}echo`);
  await client.send("hi");
  assertEquals(await client.text(), "hi");
});

testExample("README.md", "--route='/screen=tcp", [], async (words, cwd) => {
  await tryScreen("screen", words, cwd);
});

testExample("lib/handlers/README.md", "--route='/top=shared", ["top"], async (words, cwd) => {
  await using server = await TestServer.start(words, { cwd });
  using client = await RawClient.open(`${server.url}top`);
  assertMatch(await client.text(), /^top - /);
});

Deno.test("The examples make no folder that the project has", () => {
  const blocks = Array.from(PAGES.values()).flatMap(shellBlocks);
  const made = blocks.flatMap((block) => [...block.matchAll(/^mkdir -p (.*)$/gm)])
    .flatMap(([, names = ""]) => names.split(" "));
  assert(made.length > 0);
  assertEquals(made.filter((name) => ["lib", "scripts", "tests"].includes(name)), []);
});

testExample("lib/listen/README.md", "--unixsocket-mode", [], async (words, cwd) => {
  const placed = words.map((word) => word.replace(/^(?=scripts\/)/, ROOT));
  await using _server = await TestServer.startAt(placed, { cwd });
  const path = `${cwd}/run/stdws.sock`;
  assertEquals(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o660);
  const conn = await Deno.connect({ transport: "unix", path });
  using client = await RawClient.open("ws://localhost/", { conn });
  const texts = Array.from({ length: 10 }, (_, index) => `${index + 1}`);
  assertEquals(await client.rest(), { texts, closed: "1000" });
});

/** The examples of the client, with the server that they are tried with and what they print. */
const CLIENTS: [part: string, server: string[], output: string][] = [
  ["printf 'one", ["--echo"], "one\ntwo\n"],
  ["</dev/null", ["seq", "3"], "1\n2\n3\n"],
];
for (const [part, args, output] of CLIENTS) {
  const block = findBlock("lib/cli/README.md", part);
  Deno.test({
    ...needing(`lib/cli/README.md has an example of the client that works: ${part}`, "bash"),
    async fn() {
      await using server = await TestServer.start(args);
      const script = `deno() { "${Deno.execPath()}" "$@"; }
${block.replace("ws://localhost:8080/", server.url)}`;
      const command = new Deno.Command("bash", { args: ["-c", script], cwd: ROOT, stderr: "null" });
      assertEquals(new TextDecoder().decode((await command.output()).stdout), output);
    },
  });
}

/** Defines a test that follows a page in an empty folder, and gets the options of the example. */
function testExample(
  page: string,
  part: string,
  programs: readonly string[],
  test: (words: string[], cwd: string) => Promise<void>,
): void {
  const block = findBlock(page, part);
  Deno.test({
    ...needing(`${page} has an example that works: ${part}`, "bash", ...programs),
    async fn() {
      const folder = await Deno.makeTempDir();
      try {
        await test(await startIn(block, folder, part), folder);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

/** Finds the one block of a page that has a text in it. */
function findBlock(page: string, part: string): string {
  const text = PAGES.get(page);
  const blocks = text
    ? shellBlocks(text).filter((block) => !block.startsWith("npx ") && block.includes(part))
    : [];
  if (blocks.length !== 1) throw new Error(`${page} has ${blocks.length} examples with ${part}`);
  const [block = ""] = blocks;
  tried.add(block);
  return block;
}

/** The options behind the port in the last start of a block, or in that which has a text in it. */
async function startIn(block: string, folder: string, part = ""): Promise<string[]> {
  const lines = block.split("\n");
  const starts = lines.filter((line) => line.startsWith("deno "));
  const chosen = starts.length > 1 ? starts.filter((line) => line.includes(part)) : starts;
  const words = await wordsFor(
    lines.filter((line) => !starts.includes(line) || chosen.includes(line)).join("\n"),
    folder,
  );
  assertEquals(words.slice(0, 3), ["run", "-A", "main.ts"]);
  const behind = words.slice(3);
  if (behind[0]?.startsWith("--unixsocket=")) return behind;
  assertMatch(behind[0] ?? "", /^--port=8\d+$/);
  return behind.slice(1);
}

Deno.test("The pages have no example of a server or a client that is not tried", () => {
  const elsewhere = [
    // tests/examples
    ...shellBlocks(PAGES.get("scripts/examples/README.md") ?? { path: "", text: "" }),
    // tests/e2e/shared_chat_test.ts
    findBlock("lib/handlers/README.md", "> chat.py <<"),
  ];
  const left = Array.from(PAGES.values(), shellBlocks).flat().filter((block) =>
    /^deno run .*main\.ts/m.test(block) && !tried.has(block) && !elsewhere.includes(block)
  );
  assertEquals(left, []);
});
