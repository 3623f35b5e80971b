import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { parseRoute } from "../lib/cli/route.ts";
import { checkPlaceholders } from "../lib/process/check_placeholders.ts";
import { which } from "../lib/process/which.ts";
import { TABLES } from "../scripts/tables.ts";
import { Browser } from "./support/browser.ts";
import { RawClient } from "./support/client.ts";
import { RawSession } from "./support/raw_session.ts";
import { Collector } from "./support/collector.ts";
import { DecidingServer } from "./support/deciding_server.ts";
import { DeflatingClient } from "./support/deflating_client.ts";
import { readPages, shellBlocks, wordsFor } from "./support/pages.ts";
import { basicOf } from "./support/passwords.ts";
import { needing } from "./support/programs.ts";
import { leave } from "./support/recordings.ts";
import { ROOT, runToEnd, TestServer } from "./support/server.ts";
import { writeAll } from "./support/bytes.ts";
import { Target } from "./support/target.ts";
import { goodClaims, hmac, tokenOf } from "./support/tokens.ts";
import { Tree } from "./support/tree.ts";

const PAGES = new Map((await readPages()).map((page) => [page.path, page]));
const [README, HANDLERS, CLI, GATE] = [
  "README.md",
  "lib/handlers/README.md",
  "lib/cli/README.md",
  "lib/gate/README.md",
].map((path) => PAGES.get(path)?.text ?? "") as [string, string, string, string];

const SYSTEM = { path: Deno.env.get("PATH") ?? "", os: Deno.build.os };

const NEEDS_PASSWORDS = ["bash", "htpasswd"];

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

/** The blocks of JSON lines of a page. */
function jsonBlocks(path: string) {
  const blocks = (PAGES.get(path)?.text ?? "").matchAll(/^```json\n([^]*?)\n```$/gm);
  return Array.from(blocks, ([, text = ""]) => text.split("\n").map((line) => JSON.parse(line)));
}

/** Flags of the runtime for all examples: workers share a port on the engine `native` only with this. */
const flags = ["--unstable-net"];

/** The examples that start a server, with what a client shall see. */
const EXAMPLES: [page: string, start: string, client: (client: RawClient) => Promise<void>][] = [
  ["README.md", "bash -c 'while read", async (client) => {
    await client.send("world");
    assertEquals(await client.text(), "Hello, world");
  }],
  ["lib/listen/README.md", "--drain=60", async (client) => {
    await client.send("hello");
    assertEquals(await client.text(), "hello");
  }],
  ["lib/listen/README.md", "--once head -n 1", async (client) => {
    await client.send("hello");
    assertEquals(await client.rest(), { texts: ["hello"], closed: "1000" });
  }],
  ["README.md", "bash -c 'for n in 1 2 3; do echo $n; sleep 0.1", async (client) => {
    assertEquals(await client.rest(), { texts: ["1", "2", "3"], closed: "1000" });
  }],
  ["lib/process/README.md", "for n in range(1, 4)", async (client) => {
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
  ["README.md", "--workers=auto", async (client) => {
    await client.send("hi");
    assertEquals(await client.text(), "hi");
  }],
  ["lib/handlers/README.md", "--echo", async (client) => {
    await client.send("hi");
    assertEquals(await client.text(), "hi");
  }],
  ["lib/process/README.md", "--mismatch=convert", async (client) => {
    await client.send("é");
    assertEquals<unknown>(await client.next(), {
      kind: "binary",
      data: Uint8Array.of(0xc3, 0xa9),
    });
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
    [/range|=length/.test(start) ? "python3" : "bash"],
    async (words, cwd) => {
      await using server = await TestServer.start(words, { cwd, flags });
      using client = await RawClient.open(`${server.url}greet/me`);
      await check(client);
    },
  );
}

testExample("lib/handlers/README.md", "=terminal bash'", ["setsid"], async (words, cwd) => {
  await using server = await TestServer.start(words, { cwd });
  using client = await RawClient.open(`${server.url}term`);
  await client.send("exit 3\r");
  assertEquals((await client.rest()).closed, "4003 exit status 3");
});

testExample("lib/handlers/README.md", "=terminal stty size'", ["setsid"], async (words, cwd) => {
  await using server = await TestServer.start(words, { cwd });
  const url = `${server.url}size?columns=100&rows=30`;
  const { stdout } = await runToEnd(["--connect", url]);
  assertEquals(stdout.trim(), "30 100");
});

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

testExample("lib/handlers/README.md", "?resume=60s", ["bash"], async (words, cwd) => {
  await using server = await TestServer.start(words, { cwd });
  const before = await RawSession.begin(`${server.url}count`);
  await before.send("a");
  const [pid] = (await before.text()).split(" ");
  before[Symbol.dispose]();
  using after = await RawSession.back(`${server.url}count`, before.id, 1);
  await after.send("b");
  assertEquals(await after.text(), `${pid} b`);
  using other = await RawSession.begin(`${server.url}chat/lobby`);
  assertEquals(other.greeting.bytes, 4 * 1024 * 1024);
});

testExample(
  "lib/handlers/README.md",
  "--timeout=10m --memory=512M",
  ["prlimit", "nice"],
  async (words, cwd) => {
    await using server = await TestServer.start(words, { cwd });
    using client = await RawClient.open(server.url);
    assertEquals([await client.text(), await client.text()], [String(512 * 1024), "60"]);
    using quick = await RawClient.open(`${server.url}quick`);
    const reason = "The program may run no longer than 2 s";
    assertEquals(await quick.next(), { kind: "close", code: 4124, reason });
  },
);

testExample(
  "lib/connection/record/README.md",
  "--record=recordings",
  ["bash"],
  async (words, cwd) => {
    await using server = await TestServer.start(words, { cwd });
    using client = await RawClient.open(server.url);
    await client.send("world");
    assertEquals(await client.text(), "Hello, world");
    await leave(client, server);
    await server.stop();
    const [{ name } = { name: "" }] = await Array.fromAsync(Deno.readDir(`${cwd}/recordings`));
    const text = await Deno.readTextFile(`${cwd}/recordings/${name}`);
    const [head, ...lines] = text.trimEnd().split("\n").map((line) => JSON.parse(line));
    const [[shown, ...said] = []] = jsonBlocks("lib/connection/record/README.md");
    assertEquals(Object.keys(head), Object.keys(shown));
    assertEquals(lines.map(([, ...line]) => line), said.map(([, ...line]) => line));
  },
);

testExample("lib/handlers/README.md", "--warm=2 --hello", ["python3"], async (words, cwd) => {
  await using server = await TestServer.start(["--loglevel=debug", ...words], { cwd });
  await server.stdout.until(/Process \d+ waits for a client/);
  using client = await RawClient.open(`${server.url}?name=you`);
  assertEquals(await client.text(), "Hello, you");
  await client.send("hi");
  assertEquals(await client.text(), "hi");
});

testExample("lib/handlers/README.md", "--route='/weather=replay", [], async (words, cwd) => {
  await using server = await TestServer.start(words, { cwd });
  using client = await RawClient.open(`${server.url}weather`);
  assertEquals(await client.text(), "Which town?");
  await client.send("Bergen");
  assertEquals(await client.rest(), { texts: ["-3 °C, snow"], closed: "1000" });
  using demo = await RawClient.open(`${server.url}demo`);
  const texts = [await demo.text(), await demo.text(), await demo.text()];
  assertEquals(texts, ["Which town?", "-3 °C, snow", "Which town?"]);
});

testExample("lib/handlers/README.md", "--route='/watch/:room=broadcast", [], async (words, cwd) => {
  await using server = await TestServer.start(words, { cwd });
  using speaker = await RawClient.open(`${server.url}speak/hall`);
  await speaker.send("Welcome");
  await speaker.close();
  assertEquals((await speaker.next()).kind, "close");
  using viewer = await RawClient.open(`${server.url}watch/hall`);
  assertEquals(await viewer.text(), "Welcome");
});

testExample("lib/listen/README.md", "--compress", [], async (words, cwd) => {
  await using server = await TestServer.start(words, { cwd, form: "node" });
  for (const [path, terms] of [["chat", /^permessage-deflate/], ["raw", /^$/]] as const) {
    const client = await DeflatingClient.open(server.url + path);
    assertMatch(client.terms, terms);
    client.send("hi");
    assertEquals(await client.messages(1), ["hi"]);
    await client.close();
  }
});

testExample("README.md", "--route='/clock=shared", ["date"], async (words, cwd) => {
  await using server = await TestServer.start(words, { cwd });
  using greeted = await RawClient.open(`${server.url}greet/you`);
  assertEquals(await greeted.rest(), { texts: ["Hello, you"], closed: "1000" });
  using one = await RawClient.open(`${server.url}clock`);
  assertMatch(await one.text(), /\d\d:\d\d:\d\d/);
  // Somebody who comes later gets the last lines of the same process.
  using other = await RawClient.open(`${server.url}clock`);
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
  await ann.close();
  assertEquals(await bob.text(), `${id} has left`);
});

testExample("lib/handlers/README.md", "doors/door.ts", [], async (words, cwd) => {
  await using server = await TestServer.start(words, { cwd });
  const page = await fetch(`${server.url.replace("ws", "http")}door`);
  assertEquals(await page.text(), "A door, for WebSockets\n");
  using refused = await RawClient.request(`${server.url}door`);
  assertEquals(refused.answer.status, 403);
  using ann = await RawClient.open(`${server.url}door?sesame`);
  assertEquals(ann.answer.headers.get("set-cookie"), "knows=sesame; HttpOnly");
  assertEquals(await ann.text(), "There are 1 in the hall");
  await server.stdout.until(/INFO .*Somebody knows the word$/);
  using bob = await RawClient.open(`${server.url}speak/hall`);
  await bob.send("hi");
  assertEquals([await ann.text(), await bob.text()], ["hi", "hi"]);
});

testExample(
  "lib/process/README.md",
  "unbuffer=pty",
  ["python3", "ruby"],
  async (words, cwd) => {
    await using server = await TestServer.start(words, { cwd });
    for (const path of ["python", "ruby"]) {
      using client = await RawClient.open(server.url + path);
      await client.send("hello");
      assertEquals(await client.text(), "HELLO");
    }
  },
);

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

testExample("lib/handlers/README.md", "handlers/report.ts", [], async (words, cwd) => {
  await using server = await TestServer.start(["--engine=node", ...words], { cwd });
  using client = await RawClient.open(`${server.url}report`);
  await client.send("ping");
  const ping = await client.next();
  assertEquals(ping.kind, "ping");
  if (ping.kind === "ping") await client.frame(0x8a, ping.data);
  assertMatch(await client.text(), /^\d+ ms$/);
  const socket = new WebSocket(`${server.url}report`);
  const found: unknown[] = [];
  const two = Promise.withResolvers<void>();
  socket.onmessage = ({ data }) => found.push(data) === 2 && two.resolve();
  const closed = new Promise<CloseEvent>((resolve) => socket.onclose = resolve);
  socket.onopen = () => socket.send("now");
  await two.promise;
  assertEquals(found, ["one, two, three", "That was the report"]);
  socket.close(4000);
  assertEquals((await closed).code, 4001);
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

testExample("README.md", "--origin=https://example.com", ["tail"], async (words, cwd) => {
  await using server = await TestServer.start(words, { cwd });
  using refused = await RawClient.request(server.url, { headers: { Origin: "https://a.example" } });
  assertEquals(refused.answer.status, 403);
  using client = await RawClient.open(server.url, { headers: { Origin: "https://example.com" } });
  assertMatch(await client.text(), /\d\d:\d\d:\d\d/);
  await Deno.writeTextFile(`${cwd}/${words.at(-1)}`, "another\n", { append: true });
  assertEquals(await client.text(), "another");
});

/** What is in a Debian where nothing was installed, of the packages that are essential. */
const BARE = "bash cat date echo env find ls sed seq setsid sh sleep tail tee touch tr true".split(
  " ",
);

Deno.test({
  ...needing("README.md has commands for a machine where nothing else is installed", "python3"),
  async fn() {
    assertStringIncludes(README, "the program needs Python 3");
    const programs = [...BARE, "python3"].map((name) => [`bin/${name}`, which(name, SYSTEM)]);
    await using machine = await Tree.make({ "bin/none": "" }, {
      ...Object.fromEntries(programs),
      scripts: `${ROOT}scripts`,
    });
    const started = shellBlocks({ path: "README.md", text: README })
      .filter((block) => /^deno run .*main\.ts/m.test(block));
    assert(started.length > 5);
    for (const block of started) {
      assertEquals(block.match(/(?<=[\s'=])\/(?:etc|home|opt|run|srv|usr|var)\/\S*/), null);
      const words = await startIn(block, machine.root);
      const env = { PATH: `${machine.root}/bin` };
      await using server = await TestServer.start(words, { cwd: machine.root, env, flags });
      for (const [, path = ""] of block.matchAll(/--route='\/(\w+)=shared\?history/g)) {
        using client = await RawClient.open(server.url + path);
        await client.text();
      }
    }
  },
});

Deno.test({
  ...needing("README.md has a script that works on the page that it says to open", "chromium"),
  async fn() {
    const [, script = ""] = /```js\n([^]*?)```/.exec(README) ?? [];
    const folder = await Deno.makeTempDir();
    try {
      const words = await startIn(findBlock("README.md", "bash -c 'while read"), folder);
      assert(words.includes("--devconsole"));
      assertStringIncludes(README, "open `http://localhost:8080/`");
      await using server = await TestServer.start(words);
      await using browser = await Browser.launch();
      const page = await browser.open(server.url.replace("ws://127.0.0.1", "http://localhost"));
      const told = page.waitForEvent("console");
      await page.evaluate(script.replace("localhost:8080", `localhost:${server.port}`));
      assertEquals((await told).text(), "Hello, world");
      assertEquals(browser.problems.splice(0), ["log: Hello, world"]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

testExample("README.md", "--auth=basic:users", NEEDS_PASSWORDS, async (words, cwd) => {
  await using server = await TestServer.start(words, { cwd });
  const page = server.url.replace("ws", "http");
  const Authorization = basicOf("jane", "my secret");
  const asked = await fetch(page);
  assertEquals([asked.status, asked.headers.get("www-authenticate")?.split(" ")[0]], [
    401,
    "Basic",
  ]);
  await asked.body?.cancel();
  const shown = await fetch(page, { headers: { Authorization } });
  assertStringIncludes(await shown.text(), "bufferedAmount");
  const Origin = page.replace(/\/$/, "");
  using client = await RawClient.open(server.url, { headers: { Authorization, Origin } });
  assertEquals(await client.text(), "Hello, jane");
});

testExample("README.md", "--admin=:9100", [], async (words, cwd) => {
  const placed = words.map((word) => word.replace(":9100", ":0"));
  await using server = await TestServer.start(placed, { cwd });
  const line = await server.stdout.until(/Starting admin server/);
  const [place = ""] = /http:\S+/.exec(line) ?? [];
  const headers = { "X-Forwarded-For": "192.0.2.7" };
  using client = await RawClient.open(server.url, { headers });
  await client.send("hi");
  assertEquals(await client.text(), "hi");
  const connections = await (await fetch(`${place}connections`)).text();
  assertStringIncludes(connections, "192.0.2.7");
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

testExample("README.md", "=terminal?resume", ["setsid", "tail"], async (words, cwd) => {
  await Deno.writeTextFile(`${cwd}/visits.log`, "one\n");
  await using server = await TestServer.start(words, { cwd });
  const before = await RawSession.begin(`${server.url}shell`);
  before.client[Symbol.dispose]();
  using after = await RawSession.back(`${server.url}shell`, before.id, 0);
  await after.send("exit 3\r");
  assertEquals((await after.client.rest()).closed, "4003 exit status 3");
  const { body } = await fetch(`${server.url.replace(/^ws/, "http")}log?stream`);
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  assertEquals((await reader?.read())?.value, "one\n");
  await reader?.cancel();
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

testExample(
  "lib/gate/README.md",
  "auth=jwt:secret.json",
  ["bash", "openssl"],
  async (words, cwd) => {
    await using server = await TestServer.start(words, { cwd });
    const { keys: [{ k }] } = JSON.parse(await Deno.readTextFile(`${cwd}/secret.json`));
    const secret = Uint8Array.fromBase64(k, { alphabet: "base64url" });
    const claims = goodClaims({ aud: "chat", email: "jane@example.com" });
    const token = tokenOf({ alg: "HS256" }, claims, hmac("HS256", secret));
    using client = await RawClient.open(`${server.url}chat?access_token=${token}`);
    assertEquals(await client.text(), "jane, jane@example.com");
  },
);

testExample(
  "lib/gate/README.md",
  "--config=strangers.jsonc",
  ["bash", "htpasswd", "openssl", "prlimit"],
  async (words, cwd) => {
    const { stdout } = await runToEnd(["--port=8443", ...words, "--check"], { cwd });
    const [, shown = ""] = /```\n(To strangers, [^]*?)```/.exec(GATE) ?? [];
    const found = stdout.split("\n\n").at(-1) ?? "";
    assertEquals(found.replace(/^ {2}Programs are root.*\n/m, ""), shown);
    await using server = await TestServer.start(words, { cwd });
    const address = { hostname: "localhost", port: server.port };
    const caCerts = [await Deno.readTextFile(`${cwd}/cert.pem`)];
    const url = `ws://localhost:${server.port}/`;
    const Origin = `https://localhost:${server.port}`;
    const ask = async (path: string, headers: Record<string, string>) => {
      const conn = await Deno.connectTls({ ...address, caCerts });
      return await RawClient.request(url + path, { conn, headers });
    };
    const Authorization = basicOf("jane", "my secret");
    for (
      const [path, headers, status] of [
        ["chat/a", { Origin, Authorization }, 101],
        ["chat/a", { Origin }, 401],
        ["chat/a", { Authorization, Origin: "https://a.example" }, 403],
        ["status", { Origin }, 101],
      ] as const
    ) {
      using client = await ask(path, headers);
      assertEquals(client.answer.status, status);
    }
    using client = await ask("whoami", { Origin, Authorization });
    assertEquals(await client.text(), "jane");
  },
);

testExample("lib/gate/README.md", "--auth=basic:users", NEEDS_PASSWORDS, async (words, cwd) => {
  await using server = await TestServer.start(words, { cwd });
  for (const [password, status] of [["my secret", 101], ["other", 401]] as const) {
    const headers = { Authorization: basicOf("jane", password) };
    using client = await RawClient.request(server.url, { headers });
    assertEquals(client.answer.status, status);
    if (status === 101) assertEquals(await client.text(), "Hello, jane");
  }
});

testExample(
  "lib/gate/README.md",
  "--auth=token:tokens",
  ["bash", "openssl"],
  async (words, cwd) => {
    await using server = await TestServer.start(words, { cwd });
    const token = (await Deno.readTextFile(`${cwd}/tokens`)).trim().replace("robot:", "");
    const socket = new WebSocket(server.url, ["bearer", token]);
    const { data } = await new Promise<MessageEvent>((resolve) => socket.onmessage = resolve);
    assertEquals([data, socket.protocol], ["Hello, robot", "bearer"]);
    await new Promise((resolve) => socket.onclose = resolve);
    using refused = await RawClient.request(server.url);
    assertEquals(refused.answer.status, 401);
    using _open = await RawClient.open(`${server.url}status`);
  },
);

testExample("lib/gate/README.md", "--auth=program:./check.sh", ["bash"], async (words, cwd) => {
  await using server = await TestServer.start(words, { cwd });
  for (const [token, status] of [["too-often", 429], ["other", 401], ["let-me-in", 101]] as const) {
    const headers = { Authorization: `Bearer ${token}` };
    using client = await RawClient.request(server.url, { headers });
    assertEquals(client.answer.status, status);
    if (status === 101) assertEquals(await client.text(), "Hello, jane of the north");
  }
});

testExample("lib/gate/README.md", "--sameorigin --echo", [], async (words, cwd) => {
  await using server = await TestServer.start(words, { cwd });
  for (const [scheme, status] of [["https", 101], ["http", 403]] as const) {
    const headers = { "X-Forwarded-Proto": "https", Origin: `${scheme}://a.example` };
    const asked = { ...headers, "X-Forwarded-Host": "a.example" };
    using client = await RawClient.request(server.url, { headers: asked });
    assertEquals(client.answer.status, status);
  }
});

testExample("lib/gate/README.md", "--maxperip=20 --connectrate", [], async (words, cwd) => {
  await using server = await TestServer.start(words, { cwd });
  const clients = [];
  for (let n = 0; n < 6; n++) clients.push(await RawClient.request(`${server.url}feed`));
  assertEquals(clients.map(({ answer }) => answer.status), [101, 101, 101, 101, 101, 429]);
  assertEquals(clients.at(-1)?.answer.headers.get("retry-after"), "5");
  // Elsewhere, there is room for this address.
  clients.push(await RawClient.open(server.url));
  for (const client of clients) client[Symbol.dispose]();
});

testExample("lib/gate/README.md", "--proxy-protocol --echo", [], async (words, cwd) => {
  await using server = await TestServer.start(words, { cwd, form: "node" });
  const conn = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  await conn.write(new TextEncoder().encode("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n"));
  using client = await RawClient.open(server.url, { conn });
  await client.send("hi");
  assertEquals(await client.text(), "hi");
  await server.stdout.until(/ remote:'192\.0\.2\.1' .* CONNECT$/);
});

testExample("lib/gate/README.md", "--auth='forward:", ["bash"], async (words, cwd) => {
  const headers = { "Remote-User": "jane", "Remote-Groups": "a,b" };
  await using decider = new DecidingServer(() => new Response(null, { headers }));
  const own = words.map((word) => word.replace("http://127.0.0.1:9091/verify", decider.url));
  await using server = await TestServer.start(own, { cwd });
  using client = await RawClient.open(server.url);
  assertEquals(await client.text(), "jane: a,b");
});

testExample("lib/cli/README.md", "OTEL_DENO=true", ["bash", "seq"], async (words, cwd) => {
  await using collector = new Collector();
  await using server = await TestServer.start(words, { cwd, env: collector.env });
  using client = await RawClient.open(`${server.url}count`);
  assertEquals((await client.rest()).texts, ["1", "2", "3"]);
  await client.close();
  await server.stop();
  const names = collector.spans.map(({ name }) => name);
  assert(names.includes("websocket /count") && names.includes("seq"), names.join());
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

const ADMIN: [part: string, place: string, asked: string][] = [
  ["--admin=:9100", "--admin=:0", "localhost:9100"],
  ["--admin=/admin", "--admin=/admin", "localhost:8080"],
];
for (const [part, place, asked] of ADMIN) {
  const block = findBlock("lib/admin/README.md", part);
  Deno.test({
    ...needing(`lib/admin/README.md shows how an operator asks at ${part}`, "curl", "openssl"),
    async fn() {
      const folder = await Deno.makeTempDir();
      try {
        const words = await startIn(block.replaceAll(/^curl.*$/gm, ""), folder);
        const args = words.map((word) => word.replace(part, place));
        await using server = await TestServer.start(args, { cwd: folder });
        const line = await server.stdout.until(/Starting admin server/);
        const host = /\/\/([^/]+)\/$/.exec(line)?.[1] ?? `127.0.0.1:${server.port}`;
        const curls = block.split("\n").filter((each) => each.startsWith("curl ")).join("\n");
        const script = `set -e; curl() { command curl -sS --fail "$@"; }\n${curls}`;
        const output = await new Deno.Command("bash", {
          args: ["-c", script.replaceAll(asked, host)],
          cwd: folder,
        }).output();
        assertEquals(new TextDecoder().decode(output.stderr), "");
        assertStringIncludes(new TextDecoder().decode(output.stdout), '{"total":0,');
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

Deno.test("The pages have no example of a server or a client that is not tried", () => {
  const elsewhere = [
    // tests/examples
    ...shellBlocks(PAGES.get("scripts/examples/README.md") ?? { path: "", text: "" }),
    // tests/e2e/shared_chat_test.ts
    findBlock("lib/handlers/README.md", "> chat.py <<"),
    // tests/e2e/client_browser_test.ts
    findBlock("lib/client/README.md", "/count="),
  ];
  const left = Array.from(PAGES.values(), shellBlocks).flat().filter((block) =>
    /^deno run .*main\.ts/m.test(block) && !tried.has(block) && !elsewhere.includes(block)
  );
  assertEquals(left, []);
});
