import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Certificates, run, sslOptions } from "../support/certificates.ts";
import { RawClient } from "../support/client.ts";
import { freePort } from "../support/free_port.ts";
import { Nginx } from "../support/nginx.ts";
import { needing } from "../support/programs.ts";
import { type Form, rowsFor, runToEnd, testBoth, testEach, TestServer } from "../support/server.ts";
import { Wire } from "../support/wire.ts";
import { variablesOf } from "./variables.ts";

/** A folder for a socket, which is removed afterwards. */
class Folder implements AsyncDisposable {
  readonly folder = Deno.makeTempDirSync();
  readonly path = `${this.folder}/a socket`;

  start(args: readonly string[], form: Form): Promise<TestServer> {
    return TestServer.startAt([`--unixsocket=${this.path}`, ...args], { form });
  }

  connect(): Promise<Deno.UnixConn> {
    return Deno.connect({ transport: "unix", path: this.path });
  }

  /** Whether a server echoes there. */
  async echoes(): Promise<boolean> {
    using client = await RawClient.open("ws://localhost/", { conn: await this.connect() });
    await client.send("hello");
    return await client.text() === "hello";
  }

  async isThere(): Promise<boolean> {
    try {
      await Deno.lstat(this.path);
      return true;
    } catch {
      return false;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** How a start ends that fails. */
function refused(args: readonly string[], form: Form): ReturnType<typeof runToEnd> {
  const engine = form === "node" ? ["--engine=node"] : [];
  return runToEnd([...engine, ...args, "--echo"], { form });
}

/** The TCP ports that a process listens on, by the tables of the kernel. */
async function portsOf(pid: number): Promise<number[]> {
  const inodes = new Set<string>();
  for await (const { name } of Deno.readDir(`/proc/${pid}/fd`)) {
    const target = await Deno.readLink(`/proc/${pid}/fd/${name}`).catch(() => "");
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode !== undefined) inodes.add(inode);
  }
  const ports: number[] = [];
  for (const table of ["tcp", "tcp6"]) {
    const text = await Deno.readTextFile(`/proc/${pid}/net/${table}`);
    for (const row of text.trim().split("\n").slice(1)) {
      const [, local = "", , state, , , , , , inode = ""] = row.trim().split(/\s+/);
      // 0A is LISTEN.
      if (state === "0A" && inodes.has(inode)) ports.push(parseInt(local.split(":")[1] ?? "", 16));
    }
  }
  return ports;
}

testEach("stdws --unixsocket serves WebSocket and HTTP there, and only there", async (form) => {
  await using place = new Folder();
  await using server = await place.start(["env"], form);
  const line = await server.stdout.until(/Starting WebSocket server/);
  assertMatch(line, new RegExp(`: unix socket at ${place.path}$`));
  assertEquals(await portsOf(server.pid), []);
  const conn = await place.connect();
  const found = await variablesOf({ url: "ws://example.com/" }, { conn });
  const { REMOTE_ADDR, REMOTE_HOST, REMOTE_PORT, SERVER_NAME, SERVER_PORT } = found;
  assertEquals([REMOTE_ADDR, REMOTE_HOST, REMOTE_PORT], ["unix-socket", "unix-socket", ""]);
  assertEquals([SERVER_NAME, SERVER_PORT], ["example.com", "80"]);
  await server.stdout.until(/ url:'http:\/\/example\.com\/' .* remote:'unix-socket' .* CONNECT$/);
  using wire = new Wire(await place.connect());
  for (const path of ["/a%20b?c", "/d"]) {
    await wire.write(`GET ${path} HTTP/1.1\r\nHost: example.com\r\n\r\n`);
    assertMatch(await wire.until(/426 Upgrade Required: .*\n/), /^HTTP\/1\.1 426 /);
  }
  await server.stdout.until(/ url:'http:\/\/example\.com\/a%20b\?c' .* status:'426' /);
});

const BESIDE: [args: (port: number) => string[]][] = [
  [(port) => [`--port=${port}`]],
  [(port) => ["--address=127.0.0.1", `--port=${port}`]],
  [(port) => [`--redirport=${port}`, "--port=0", "--address=127.0.0.1"]],
];
testEach("stdws --unixsocket serves TCP, too, where an option of it is given", async (form) => {
  for (const [args] of BESIDE) {
    await using place = new Folder();
    const port = freePort();
    await using server = await place.start([...args(port), "--echo"], form);
    await server.stdout.until(new RegExp(`Starting .* server .*:${port}/$`));
    assert((await portsOf(server.pid)).includes(port));
    assert(await place.echoes());
  }
});

testEach("stdws --unixsocket --address listens on the usual port of it", async (form) => {
  await using place = new Folder();
  // Taken or not allowed, or it listens: the address counts without --port.
  const args = [`--unixsocket=${place.path}`, "--address=192.0.2.1"];
  const { code, stdout } = await refused(args, form);
  assertEquals(code, 3);
  assertMatch(stdout, /Cannot listen on 192\.0\.2\.1:80: /);
  assertEquals(await place.isThere(), false);
});

testEach("stdws takes the place of a socket that a killed server left behind", async (form) => {
  await using place = new Folder();
  for (let count = 0; count < 3; count++) {
    await using server = await place.start(["--echo"], form);
    assert(await place.echoes());
    await server.stop("SIGKILL");
    assert((await Deno.lstat(place.path)).isSocket);
    await assertRejects(() => place.connect(), Deno.errors.ConnectionRefused);
  }
});

testEach("stdws exits with 3 where a server answers, and leaves it alone", async (form) => {
  await using place = new Folder();
  await using _server = await place.start(["--echo"], form);
  using before = await RawClient.open("ws://localhost/", { conn: await place.connect() });
  for (const mode of [[], ["--unixsocket-mode=0600"]]) {
    const { code, stdout } = await refused([`--unixsocket=${place.path}`, ...mode], form);
    assertEquals(code, 3);
    const said = `Cannot listen on "${place.path}": another server is using it`;
    assertEquals(stdout.trimEnd().split(" | ").at(-1), `Can't start server: ${said}`);
    assertMatch(stdout, / \| FATAL {2}\| server /);
    assert(await place.echoes());
  }
  await before.send("still here");
  assertEquals(await before.text(), "still here");
});

const FILES: [what: string, make: (path: string) => Promise<void>, says: RegExp][] = [
  ["a file", (path) => Deno.writeTextFile(path, "precious"), /there is a file that is no socket$/],
  ["an empty file", (path) => Deno.writeTextFile(path, ""), /there is a file that is no socket$/],
  ["a folder", (path) => Deno.mkdir(path), /there is a file that is no socket$/],
  ["a link to a file", async (path) => {
    await Deno.writeTextFile(`${path}.target`, "precious");
    await Deno.symlink(`${path}.target`, path);
  }, /there is a file that is no socket$/],
  ["a link to nothing", (path) => Deno.symlink(`${path}.nothing`, path), /no socket$/],
  ["a link to a stale socket", async (path) => {
    Deno.listen({ transport: "unix", path: `${path}.target` }).close();
    // Closing removes it on some systems: what is linked to may be gone as well.
    await Deno.symlink(`${path}.target`, path);
  }, /there is a file that is no socket$/],
  ["a pipe", async (path) => {
    await new Deno.Command("mkfifo", { args: [path] }).output();
  }, /there is a file that is no socket$/],
];
testEach("stdws --unixsocket touches nothing that is no socket", async (form) => {
  for (const [what, make, says] of rowsFor(form, FILES)) {
    await using place = new Folder();
    await make(place.path);
    const before = await Deno.lstat(place.path);
    const { code, stdout } = await refused([`--unixsocket=${place.path}`], form);
    assertEquals(code, 3, what);
    assertMatch(stdout.trimEnd(), says, what);
    const after = await Deno.lstat(place.path);
    assertEquals([after.ino, after.mode, after.size], [before.ino, before.mode, before.size], what);
    assertEquals(after.mtime, before.mtime, what);
    if (after.isFile) {
      assertEquals(await Deno.readTextFile(place.path), "precious".slice(0, after.size));
    }
    for await (const { name } of Deno.readDir(place.folder)) {
      assert(["a socket", "a socket.target"].includes(name), `${what}: there is ${name}`);
    }
  }
});

const PLACES: [path: string, says: RegExp][] = [
  ["/nowhere/socket", /Cannot listen on "\/nowhere\/socket": .+/],
  [`/tmp/${"x".repeat(200)}`, /Cannot listen on "\/tmp\/x+": .+/],
  ["/dev/null/socket", /Cannot listen on "\/dev\/null\/socket": .+/],
];
for (const mode of [[], ["--unixsocket-mode=0600"]]) {
  const title = ["stdws --unixsocket", ...mode, "exits with 3 for a path that cannot be"].join(" ");
  testEach(title, async (form) => {
    for (const [path, says] of rowsFor(form, PLACES)) {
      const { code, stdout, stderr } = await refused([`--unixsocket=${path}`, ...mode], form);
      assertEquals(code, 3, stdout + stderr);
      assertMatch(stdout, says);
    }
  });
}

const ENDS: [what: string, code: number, end: (server: TestServer) => Promise<number>][] = [
  ["SIGTERM", 0, async (server) => (await server.stop("SIGTERM")).code],
  ["SIGINT", 0, async (server) => (await server.stop("SIGINT")).code],
  ["a second signal", 143, async (server) => {
    server.child.kill("SIGTERM");
    await server.stdout.until(/Shutting down/);
    return (await server.stop("SIGTERM")).code;
  }],
];
for (const [what, code, end] of ENDS) {
  testEach(`stdws removes its Unix socket at ${what}`, async (form) => {
    for (const mode of [[], ["--unixsocket-mode=0600"]]) {
      await using place = new Folder();
      // Holds up a graceful end until the second signal.
      const program = code === 0
        ? ["--echo"]
        : ["sh", "-c", "trap '' INT TERM; sleep 60; sleep 60"];
      const args = [...mode, `--closems=${code === 0 ? 0 : 60_000}`, ...program];
      await using server = await place.start(args, form);
      using client = await RawClient.open("ws://localhost/", { conn: await place.connect() });
      assert(await place.isThere());
      const closed = client.rest().then(() => client.close(1001).catch(() => {}));
      assertEquals(await end(server), code);
      await closed;
      assertEquals(await place.isThere(), false);
    }
  });
}

const MODES: [option: string, mode: number][] = [
  ["0660", 0o660],
  ["660", 0o660],
  ["0600", 0o600],
  ["0666", 0o666],
  ["0777", 0o777],
  ["000", 0],
];
testEach("stdws --unixsocket-mode sets exactly these permissions", async (form) => {
  for (const [option, mode] of rowsFor(form, MODES)) {
    await using place = new Folder();
    const args = [`--unixsocket-mode=${option}`, "sh", "-c", "umask; exec cat"];
    await using _server = await place.start(args, form);
    const info = await Deno.lstat(place.path);
    assertEquals((info.mode ?? 0) & 0o7777, mode, option);
    // What the server starts has the umask that it had.
    using client = await RawClient.open("ws://localhost/", { conn: await place.connect() });
    assertEquals(parseInt(await client.text(), 8), Deno.umask());
  }
});

testEach("stdws --unixsocket leaves permissions to the umask", async (form) => {
  for (const umask of [0o022, 0o077]) {
    await using place = new Folder();
    const before = Deno.umask(umask);
    try {
      await using _server = await place.start(["--echo"], form);
      const info = await Deno.lstat(place.path);
      assertEquals((info.mode ?? 0) & 0o777, 0o777 & ~umask);
    } finally {
      Deno.umask(before);
    }
  }
});

const WRONG: [args: string[], code: number][] = [
  [["--unixsocket=PATH", "--unixsocket-mode=0888"], 2],
  [["--unixsocket=PATH", "--unixsocket-mode=66"], 2],
  [["--unixsocket=PATH", "--unixsocket-mode=06600"], 2],
  [["--unixsocket=PATH", "--unixsocket-mode=4755"], 2],
  [["--unixsocket=PATH", "--unixsocket-mode=rw-rw----"], 2],
  [["--unixsocket=PATH", "--unixsocket-mode=0o660"], 2],
  [["--unixsocket=PATH", "--unixsocket-mode=-660"], 2],
  [["--unixsocket=PATH", "--unixsocket-mode="], 2],
  [["--unixsocket=PATH", "--unixsocket-mode"], 2],
  [["--unixsocket-mode=0660"], 1],
];
testEach("stdws refuses permissions that are none, and makes no socket", async (form) => {
  await using place = new Folder();
  for (const [args, code] of rowsFor(form, WRONG, ([_, code]) => code)) {
    const named = args.map((text) => text.replace("PATH", place.path));
    const found = await refused(["--port=0", ...named], form);
    assertEquals(found.code, code, args.join(" "));
    assertMatch(found.stderr, /^stdws: .*--unixsocket-mode/);
    assertEquals(await place.isThere(), false);
  }
});

Deno.test({
  ...needing("stdws --unixsocket --ssl speaks TLS there, and nothing else", "openssl", "curl"),
  async fn() {
    await using certificates = await Certificates.make();
    await using place = new Folder();
    const options = sslOptions(await certificates.server());
    await using _server = await place.start([...options, "--echo"], "deno run");
    const at = ["-sS", "-m", "120", "--cacert", certificates.ca.cert, "--unix-socket", place.path];
    assertMatch((await run("curl", ...at, "https://localhost/")).text, /^426 Upgrade Required: /);
    assertEquals((await run("curl", ...at, "http://localhost/")).success, false);
  },
});

testBoth("stdws --unixsocket --ssl --engine=native says that it cannot do that", async (form) => {
  await using certificates = await Certificates.make();
  await using place = new Folder();
  const options = ["--engine=native", ...sslOptions(await certificates.server())];
  const args = [...options, `--unixsocket=${place.path}`, "--echo"];
  const { code, stdout } = await runToEnd(args, { form });
  assertEquals(code, 3);
  assertMatch(stdout, /FATAL .*TLS on a Unix socket needs --engine=node\n$/);
  assertEquals(await place.isThere(), false);
}, ["openssl"]);

testEach("stdws --unixsocket works behind nginx", async (form) => {
  await using place = new Folder();
  const program = "echo $REMOTE_ADDR $HTTP_X_FORWARDED_FOR $HTTP_HOST $REQUEST_URI; exec cat";
  await using server = await place.start(["sh", "-c", program], form);
  await using nginx = await Nginx.start({ "/": `http://unix:${place.path}` });
  const url = `ws://127.0.0.1:${nginx.port}/`;
  using client = await RawClient.open(url, { target: "/a%20b?c" });
  assertEquals(await client.text(), "unix-socket 127.0.0.1 127.0.0.1 /a%20b?c");
  const large = "x".repeat(1024 * 1024);
  await client.send(large);
  assertEquals(await client.text() === large, true);
  using wire = await Wire.connect(nginx);
  for (const path of ["/1", "/2"]) {
    await wire.write(`GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`);
    assertMatch(await wire.until(/426 Upgrade Required: .*\n/), /^HTTP\/1\.1 426 /);
    await server.stdout.until(new RegExp(`'http://h${path}' .* status:'426' `));
  }
  await client.close(4001, "enough");
  const { closed } = await client.rest();
  assertMatch(closed, /^4001/);
  await server.stdout.until(/ DISCONNECT$/);
}, ["nginx"]);
