import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { relative } from "node:path";
import { Certificates, sslOptions } from "../support/certificates.ts";
import { RawClient } from "../support/client.ts";
import { DecidingServer } from "../support/deciding_server.ts";
import { Folder } from "../support/folder.ts";
import { freePort } from "../support/free_port.ts";
import { KeySet } from "../support/key_set.ts";
import { basicOf, Passwords } from "../support/passwords.ts";
import { PermittedServer, permittedWords } from "../support/permitted.ts";
import { needing } from "../support/programs.ts";
import { Scripts } from "../support/scripts.ts";
import { ROOT } from "../support/server.ts";
import { makeSigner, signed } from "../support/tokens.ts";

/** A configuration, and what a client does with it. */
interface Case {
  readonly args: readonly string[];
  readonly env?: Record<string, string>;
  /** The kinds of permissions that it needs. */
  readonly kinds: readonly string[];
  /** Fails where it does not work. */
  use(url: string): Promise<void>;
}

const OF_PROGRAMS = ["env", "net", "read", "run"];

/** Starts the command that `--check` prints and uses it, then with each of its flags left out. */
async function prove({ args, env = {}, kinds, use }: Case): Promise<void> {
  const port = freePort();
  const words = await permittedWords([`--port=${port}`, "--address=127.0.0.1", ...args], { env });
  const flags = words.filter((word) => word.startsWith("--allow-"));
  assertEquals(flags.map((flag) => flag.replace(/^--allow-(\w+).*$/s, "$1")), kinds);
  const url = `ws://127.0.0.1:${port}/`;
  assertEquals(await attempt(words, env, () => use(url)), "");
  for (const flag of flags) {
    const fewer = words.filter((word) => word !== flag);
    const failure = await attempt(fewer, env, () => use(url));
    assert(failure !== "", `It works without ${flag}, too`);
    // A refusal is said in words, and is no crash.
    assert(!failure.includes("Uncaught"), failure);
  }
}

/** What went wrong; empty where nothing did. */
async function attempt(
  words: readonly string[],
  env: Record<string, string>,
  use: () => Promise<void>,
): Promise<string> {
  const server = await PermittedServer.start(words, { env });
  if (typeof server === "string") return `It does not start: ${server}`;
  await using running = server;
  try {
    await use();
    return "";
  } catch (error) {
    return `It does not work: ${error}; ${running.stdout.all.join("\n")}`;
  }
}

/** Connects, sends a text and expects it back. */
async function expectEcho(url: string, path = ""): Promise<void> {
  using client = await RawClient.open(url + path);
  await client.send("hello");
  assertEquals(await client.text(), "hello");
}

function expectLine(line: string, path = ""): (url: string) => Promise<void> {
  return async (url) => {
    using client = await RawClient.open(url + path);
    assertEquals(await client.text(), line);
  };
}

async function expectPage(url: string, path: string, text: string): Promise<void> {
  const answer = await fetch(url.replace("ws:", "http:") + path);
  const body = await answer.text();
  assertEquals(answer.status, 200, body);
  assertStringIncludes(body, text);
}

Deno.test({
  ...needing("stdws --check prints what a terminal needs, and no more", "setsid"),
  async fn() {
    await prove({
      args: ["--route=/=terminal tty"],
      kinds: ["env", "ffi", "net", "read", "run"],
      async use(url) {
        using client = await RawClient.open(url);
        assertMatch(await client.text(), /^\/dev\/pts\//);
        const headers = { accept: "text/html" };
        const page = await fetch(url.replace("ws:", "http:"), { headers });
        assertStringIncludes(await page.text(), '<h1 id="title">Terminal</h1>');
      },
    });
  },
});

Deno.test({
  ...needing("stdws --check prints what --auth=basic needs, and no more", "htpasswd"),
  async fn() {
    await using passwords = await Passwords.make({ ann: "s3cret" });
    const headers = { Authorization: basicOf("ann", "s3cret") };
    const use = async (url: string) => {
      using _client = await RawClient.open(url, { headers });
    };
    await prove({
      args: ["--echo", `--auth=basic:${passwords.path}`],
      kinds: ["net", "read"],
      use,
    });
  },
});

Deno.test("stdws --check prints what --echo needs, and no more", async () => {
  await prove({ args: ["--echo"], kinds: ["net"], use: expectEcho });
});

for (
  const [unbuffer, kinds] of [["on", ["env", "net", "read", "run"]], ["pty", [
    "env",
    "ffi",
    "net",
    "read",
    "run",
  ]]] as const
) {
  Deno.test({
    ...needing(`stdws --check prints what unbuffer=${unbuffer} needs, and no more`, "stdbuf"),
    async fn() {
      const args = [`--route=/=process?unbuffer=${unbuffer} cat`];
      await prove({ args, kinds: [...kinds], use: expectEcho });
    },
  });
}

Deno.test("stdws --check prints what a place of --admin needs, and no more", async () => {
  const admin = freePort();
  await prove({
    args: [`--admin=:${admin}`, "--echo"],
    kinds: ["net", "read"],
    async use(url) {
      await expectEcho(url);
      const answer = await fetch(`http://127.0.0.1:${admin}/metrics`);
      assertMatch(await answer.text(), /^process_resident_memory_bytes \d+$/m);
      const page = await fetch(`http://127.0.0.1:${admin}/`);
      assertMatch(await page.text(), /<title>stdws connections/);
    },
  });
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    await prove({
      args: [`--admin=unix:${folder}/socket`, "--echo"],
      kinds: ["net", "read", "write"],
      async use(url) {
        await expectEcho(url);
        using _conn = await Deno.connect({ transport: "unix", path: `${folder}/socket` });
      },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("stdws --check prints what a route with rooms needs, and no more", async () => {
  await prove({
    args: ["--route=/a=broadcast"],
    kinds: ["net"],
    use: (url) => expectEcho(url, "a"),
  });
});

Deno.test("stdws --check prints what it takes to record and to replay, and no more", async () => {
  await using folder = await Folder.make();
  await prove({
    args: [`--record=${folder.path}`, "--echo"],
    kinds: ["net", "read", "write"],
    use: expectEcho,
  });
  // In a folder of its own, so that none of those is replayed.
  await using other = await Folder.make();
  await Deno.writeTextFile(`${other.path}/a`, '{"stdws":1}\n[0,"o","hello"]\n');
  await prove({
    args: [`--route=/*=replay ${other.path}/a`],
    kinds: ["net", "read"],
    use: expectLine("hello"),
  });
});

Deno.test("stdws --check prints what a program for everybody needs, and no more", async () => {
  const use = (url: string) => expectEcho(url, "a");
  await prove({ args: ["--route=/a=shared cat"], kinds: OF_PROGRAMS, use });
});

const MODULE = `import { greeting } from "./_deep/greeting.js";
export default {
  open(connection) {
    connection.send(greeting);
    return { message: (data) => connection.send(data) };
  },
};`;

Deno.test("stdws --check prints what modules need, with what they import", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  await Deno.mkdir(`${folder}/_deep`);
  await Deno.writeTextFile(`${folder}/greet.js`, MODULE);
  await Deno.writeTextFile(`${folder}/_deep/greeting.js`, 'export const greeting = "good day";');
  for (const args of [[`--route=/greet=module ${folder}/greet.js`], [`--handlers=${folder}`]]) {
    await prove({ args, kinds: ["net", "read"], use: expectLine("good day", "greet") });
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("stdws --check prints what a TCP socket behind a route needs, and no more", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const args = [`--route=/a=tcp 127.0.0.1:${listener.addr.port}`];
  const words = await permittedWords(["--port=0", "--address=127.0.0.1", ...args]);
  const net = `--allow-net=127.0.0.1:0,127.0.0.1:${listener.addr.port}`;
  assertEquals(words.filter((word) => word.startsWith("--allow")), [net]);
  const server = await PermittedServer.start(words);
  assert(typeof server !== "string", String(server));
  await using running = server;
  const line = await running.stdout.until(/Starting WebSocket server/);
  using client = await RawClient.open(`${line.replace(/^.*(?=ws:)/, "")}a`);
  using conn = await listener.accept();
  await client.send(Uint8Array.of(1, 2, 3));
  const chunk = new Uint8Array(3);
  assertEquals([await conn.read(chunk), ...chunk], [3, 1, 2, 3]);
});

Deno.test("stdws --check prints what the engine node needs, and no more", async () => {
  await prove({ args: ["--engine=node", "--echo"], kinds: ["net"], use: expectEcho });
});

Deno.test("stdws --check prints what a program found by PATH needs, and no more", async () => {
  await prove({ args: ["cat"], kinds: OF_PROGRAMS, use: expectEcho });
});

Deno.test("stdws --check prints what a program by its path needs, and no more", async () => {
  await using scripts = await Scripts.write({ "a, b": "exec cat" });
  const args = ["--", `${scripts.folder}/a, b`];
  await prove({ args, kinds: OF_PROGRAMS, use: expectEcho });
});

Deno.test("stdws --check prints what a program in a folder with variables needs", async () => {
  await using scripts = await Scripts.write({ say: "echo $WORD $(pwd)" });
  const folder = await Deno.realPath(scripts.folder);
  const query = `cwd=${encodeURIComponent(folder)}&env=WORD=here`;
  const args = [`--route=/a=process?${query} ./say`];
  await prove({ args, kinds: OF_PROGRAMS, use: expectLine(`here ${folder}`, "a") });
});

Deno.test("stdws --check prints what a program that inherits variables needs", async () => {
  const args = ["--passenv=PATH,GREETING", "--", "sh", "-c", "echo $GREETING"];
  const env = { GREETING: "good day" };
  await prove({ args, env, kinds: OF_PROGRAMS, use: expectLine("good day") });
});

Deno.test("stdws --check allows every program where one inherits a path of libraries", async () => {
  const env = { LD_LIBRARY_PATH: "/usr/lib" };
  const words = await permittedWords(["--port=0", "--address=127.0.0.1", "cat"], { env });
  assert(words.includes("--allow-run"), words.join(" "));
  const args = ["--", "sh", "-c", "echo $LD_LIBRARY_PATH"];
  await prove({ args, env, kinds: OF_PROGRAMS, use: expectLine("/usr/lib") });
});

Deno.test("stdws --check prints what --dir needs: the programs that are there", async () => {
  await using scripts = await Scripts.write({ talk: "exec cat" });
  const args = [`--dir=${scripts.folder}`];
  await prove({ args, kinds: OF_PROGRAMS, use: (url) => expectEcho(url, "talk") });
});

Deno.test("stdws --check prints what pages and the console need, and no more", async () => {
  await using scripts = await Scripts.write({ "page.txt": "a page" });
  const args = ["--echo", `--staticdir=${scripts.folder}`, "--devconsole=/_console"];
  const use = async (url: string) => {
    await expectEcho(url);
    await expectPage(url, "page.txt", "a page");
    await expectPage(url, "_console", "bufferedAmount");
  };
  await prove({ args, kinds: ["net", "read"], use });
});

Deno.test("stdws --check prints what CGI scripts need, and no more", async () => {
  const script = "echo 'Content-Type: text/plain'; echo; echo from a script";
  await using scripts = await Scripts.write({ script });
  const args = [`--cgidir=${scripts.folder}`];
  const use = (url: string) => expectPage(url, "script", "from a script");
  await prove({ args, kinds: OF_PROGRAMS, use });
});

Deno.test(
  needing("stdws --check prints what TLS and a redirect need, and no more", "openssl"),
  async () => {
    await using certificates = await Certificates.make();
    const pair = await certificates.server();
    const redirect = freePort();
    const args = ["--echo", `--redirport=${redirect}`, ...sslOptions(pair, certificates.ca)];
    const client = await certificates.issue({ subject: "/CN=me" });
    const use = async (url: string) => {
      const { port } = new URL(url);
      const conn = await certificates.connect({ port: Number(port) }, client);
      using socket = await RawClient.open(url, { conn });
      await socket.send("hello");
      assertEquals(await socket.text(), "hello");
      const answer = await fetch(`http://127.0.0.1:${redirect}/`, { redirect: "manual" });
      await answer.body?.cancel();
      assertEquals(answer.status, 301);
    };
    await prove({ args, kinds: ["net", "read"], use });
  },
);

Deno.test("stdws --check prints what a Unix socket needs, and no more", async () => {
  const folder = await Deno.makeTempDir();
  // As a relative path it means the same.
  const path = relative(ROOT, `${folder}/a.sock`);
  const args = [`--unixsocket=${path}`, "--unixsocket-mode=0600", "--echo"];
  const use = async () => {
    const conn = await Deno.connect({ transport: "unix", path: `${folder}/a.sock` });
    using client = await RawClient.open("ws://localhost/", { conn });
    await client.send("hello");
    assertEquals(await client.text(), "hello");
  };
  await prove({ args, kinds: ["net", "read", "sys", "write"], use });
  await Deno.remove(folder, { recursive: true });
});

Deno.test("stdws --check prints what a reverse lookup needs: every address", async () => {
  const args = ["--reverselookup", "--", "sh", "-c", "echo $REMOTE_HOST"];
  const expected = await nameOfLoopback();
  await prove({ args, kinds: OF_PROGRAMS, use: expectLine(expected) });
  assert((await permittedWords(["--port=0", ...args])).includes("--allow-net"));
});

async function nameOfLoopback(): Promise<string> {
  const { lookupService } = await import("node:dns/promises");
  return (await lookupService("127.0.0.1", 0)).hostname;
}

Deno.test("stdws --check prints what a configuration file needs, and no more", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/a.jsonc`;
  await Deno.writeTextFile(file, '{ "routes": { "/a": "echo" } }');
  const use = (url: string) => expectEcho(url, "a");
  await prove({ args: [`--config=${file}`], kinds: ["net", "read"], use });
  const env = { STDWS_CONFIG: file };
  await prove({ args: [], env, kinds: ["env", "net", "read"], use });
  await Deno.remove(folder, { recursive: true });
});

Deno.test("stdws --check prints what all interfaces need; without the name they are localhost", async () => {
  const words = await permittedWords([`--port=${freePort()}`, "--echo"]);
  assert(words.includes("--allow-sys=hostname"), words.join(" "));
  const fewer = words.filter((word) => !word.startsWith("--allow-sys"));
  const lines = [Deno.hostname(), "localhost"];
  for (const [index, given] of [words, fewer].entries()) {
    const server = await PermittedServer.start(given);
    assert(typeof server !== "string", String(server));
    await using running = server;
    assertStringIncludes(
      await running.stdout.until(/Starting WebSocket server/),
      `ws://${lines[index]}:`,
    );
  }
});

Deno.test({
  name: "stdws says that it cannot look for what programs leave behind without -A",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const words = await permittedWords(["--port=0", "--address=127.0.0.1", "cat"]);
    const server = await PermittedServer.start(words);
    assert(typeof server !== "string", String(server));
    await using running = server;
    assertMatch(await running.stdout.until(/\/proc/), /\| INFO .*Warning: .* -A: /);
  },
});

Deno.test("stdws without any permission says on one line what it lacks", async () => {
  const said = await PermittedServer.start([`${ROOT}main.ts`, "--port=0", "cat"]);
  assert(typeof said === "string");
  assertMatch(said, /^stdws: .*--allow-env.*--check.*$/);
});

Deno.test("stdws says that it may not look for its program without --allow-read", async () => {
  const words = ["--allow-env", `${ROOT}main.ts`, "--port=0", "cat"];
  const said = await PermittedServer.start(words);
  assert(typeof said === "string");
  assertMatch(said, /^stdws: Cannot run "cat": Deno may not look for it without --allow-read$/m);
});

Deno.test("stdws --check prints what a program that decides who may come in needs, and no more", async () => {
  await using scripts = await Scripts.write({ check: "exit 0" });
  const args = ["--echo", `--auth=program:${scripts.folder}/check`];
  await prove({ args, kinds: OF_PROGRAMS, use: expectEcho });
});

Deno.test("stdws --check prints what keys of tokens and another server need, and no more", async () => {
  const [filed, fetched] = [makeSigner("ES256", "filed"), makeSigner("ES256", "fetched")];
  await using keys = new KeySet([fetched.jwk]);
  await using decider = new DecidingServer(() => new Response());
  await using files = await Scripts.write({});
  await Deno.writeTextFile(`${files.folder}/keys.pem`, filed.pem);
  const args = [
    "--echo",
    `--auth=jwt:${files.folder}/keys.pem`,
    `--auth=jwt:${keys.url}`,
    `--route=/forward=echo?auth=forward:${decider.url}`,
  ];
  const use = async (url: string) => {
    await expectEcho(url, `?access_token=${signed(filed)}`);
    await expectEcho(url, `?access_token=${signed(fetched)}`);
    await expectEcho(url, "forward");
  };
  await prove({ args, kinds: ["net", "read"], use });
});
