import { assert, assertEquals, assertMatch } from "@std/assert";
import { Activated, type ActivatedOptions } from "../support/activated.ts";
import { Certificates, run, sslOptions } from "../support/certificates.ts";
import { RawClient } from "../support/client.ts";
import { freePort } from "../support/free_port.ts";
import { Lines } from "../support/lines.ts";
import { needing } from "../support/programs.ts";
import { testBoth, wordsOf } from "../support/server.ts";
import { stopServer } from "../support/stop_server.ts";

/** Starts a server with sockets, and waits until it listens on as many places. */
async function start(
  args: readonly string[],
  options: ActivatedOptions,
  places = options.sockets.length,
): Promise<Activated> {
  const server = new Activated(args, options);
  let seen = 0;
  for (let count = 0; count < places; count++) {
    const line = await server.stdout.after(seen, /Starting WebSocket server/);
    seen = server.stdout.all.indexOf(line) + 1;
  }
  return server;
}

/** Defines a test for `deno run`: the executable may be of a Deno that is too old. */
function testRun(name: string, test: () => Promise<void>, needs: readonly string[]): void {
  Deno.test({ ...needing(name, ...needs), fn: test });
}

async function echoes(url: string, conn?: Deno.Conn): Promise<boolean> {
  using client = await RawClient.open(url, conn ? { conn } : {});
  await client.send("hello");
  return await client.text() === "hello";
}

testRun("stdws serves the sockets that it was started with, and only these", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/a socket`;
  try {
    await using server = await start(["--echo"], { sockets: ["tcp", path, "tcp6"] });
    const [v4, v6] = await server.ports();
    assertEquals(
      server.stdout.all.flatMap((line) => /WebSocket server +: (.*)$/.exec(line)?.[1] ?? []),
      [`ws://127.0.0.1:${v4}/`, `unix socket at ${path}`, `ws://[::1]:${v6}/`],
    );
    assert(await echoes(`ws://127.0.0.1:${v4}/`));
    assert(await echoes(`ws://[::1]:${v6}/`));
    const unix = async () => await Deno.connect({ transport: "unix", path });
    assert(await echoes("ws://localhost/", await unix()));
    await server.stdout.until(/ remote:'unix-socket' .* CONNECT$/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}, ["python3"]);

testRun(
  "stdws serves TCP beside inherited sockets where an option of it is given",
  async () => {
    const port = freePort();
    const args = [`--port=${port}`, "--address=127.0.0.1", "--echo"];
    await using server = await start(args, { sockets: ["tcp"] }, 2);
    for (const each of [...await server.ports(), port]) {
      assert(
        await echoes(`ws://127.0.0.1:${each}/`),
      );
    }
  },
  ["python3"],
);

const INHERITS =
  `readlink /proc/$$/fd/* | grep -c socket:; echo "[$LISTEN_FDS$LISTEN_PID$LISTEN_FDNAMES]"; exec cat`;
const PROGRAMS: [what: string, route: (script: string) => string[]][] = [
  ["of a connection", (script) => ["sh", "-c", script]],
  // Before anybody connects.
  ["that all share", (script) => [`--route=/=shared?history=2 sh -c '${script}'`]],
];
for (const [what, route] of PROGRAMS) {
  testRun(`stdws passes inherited sockets on to no program ${what}`, async () => {
    const args = ["--passenv=PATH,LISTEN_FDS,LISTEN_PID,LISTEN_FDNAMES", ...route(INHERITS)];
    const env = { LISTEN_FDNAMES: "web" };
    await using server = await start(args, { sockets: ["tcp"], env });
    const [port] = await server.ports();
    using client = await RawClient.open(`ws://127.0.0.1:${port}/`);
    assertEquals([await client.text(), await client.text()], ["0", "[]"]);
  }, ["python3"]);
}

testRun("stdws passes inherited sockets on to nothing that a module starts", async () => {
  const { pathname } = new URL("./counts_sockets.js", import.meta.url);
  await using server = await start([`--route=/=module ${pathname}`], { sockets: ["tcp"] });
  const [port] = await server.ports();
  using client = await RawClient.open(`ws://127.0.0.1:${port}/`);
  assertEquals(await client.text(), "0");
}, ["python3"]);

testRun(
  "stdws keeps nobody out while it is started again on an inherited socket",
  async () => {
    await using server = await start(["--echo"], { sockets: ["tcp"], runs: 2 });
    const url = `ws://127.0.0.1:${(await server.ports())[0]}/`;
    assert(await echoes(url));
    Deno.kill(await server.pid(), "SIGTERM");
    await server.stderr.until(/^ended 0$/);
    // Its connection waits with the socket, whoever holds that.
    assert(await echoes(url));
    assert(await server.pid(2) !== await server.pid(1));
  },
  ["python3"],
);

testRun("stdws speaks TLS on inherited sockets", async () => {
  await using certificates = await Certificates.make();
  const args = [...sslOptions(await certificates.server()), "--echo"];
  await using server = await start(args, { sockets: ["tcp"] });
  const [port] = await server.ports();
  await server.stdout.until(new RegExp(`WebSocket server +: wss://127\\.0\\.0\\.1:${port}/$`));
  const url = `https://localhost:${port}/`;
  const { text } = await run("curl", "-sS", "-m", "120", "--cacert", certificates.ca.cert, url);
  assertMatch(text, /^426 Upgrade Required: /);
}, ["python3", "openssl", "curl"]);

const REFUSED: [
  what: string,
  args: string[],
  options: ActivatedOptions,
  says: RegExp,
  code: number,
][] = [
  [
    "one that is no stream",
    [],
    { sockets: ["tcp", "udp"], env: { LISTEN_FDNAMES: "web:log" } },
    /Cannot listen on the inherited socket "log" \(descriptor 4\): it is not one that clients connect to \(ListenStream=, with Accept=no\)/,
    3,
  ],
  [
    "one that is not there",
    [],
    { sockets: ["none"], env: { LISTEN_FDS: "90" } },
    /inherited socket "unknown" \(descriptor \d+\): (Bad file descriptor|Socket operation on non-socket) \(os error \d+\)/,
    3,
  ],
  [
    "the engine native",
    ["--engine=native"],
    { sockets: ["tcp"] },
    /^stdws: LISTEN_FDS \(socket activation\) cannot be used with --engine=native: .*without its \.socket$/m,
    1,
  ],
  [
    "a number that is none",
    [],
    { sockets: ["tcp"], env: { LISTEN_FDS: "many" } },
    /^stdws: Cannot take sockets: LISTEN_FDS=many is no number of them$/m,
    1,
  ],
];
for (const [what, args, options, says, code] of REFUSED) {
  testRun(`stdws says why it does not take inherited sockets: ${what}`, async () => {
    await using server = new Activated([...args, "--echo"], { ...options });
    const status = await server.ended();
    const said = [...server.stdout.all, ...server.stderr.all].join("\n");
    assertMatch(said, says);
    assertEquals(status.code, code, said);
  }, ["python3"]);
}

Deno.test({
  ...needing("stdws takes no sockets where programs would inherit them as well", "python3"),
  async fn() {
    const flags = ["--allow-all", "--deny-ffi"];
    await using server = new Activated(["--echo"], { sockets: ["tcp"], flags });
    assertEquals((await server.ended()).code, 3);
    assertMatch(
      server.stdout.all.join("\n"),
      /Cannot keep programs from inheriting the inherited socket "unknown" \(descriptor 3\): Deno allows that only with --allow-ffi or -A$/,
    );
  },
});

testRun(
  "stdws says so where sockets are for another process, and listens by itself",
  async () => {
    const args = ["--port=0", "--address=127.0.0.1", "--echo"];
    await using server = await start(args, { sockets: ["tcp"], env: { LISTEN_PID: "1" } });
    assertMatch(
      server.stdout.all.join("\n"),
      /Warning: no sockets are taken: LISTEN_FDS=1 is for process 1, and this is \d+$/m,
    );
    const line = await server.stdout.until(/Starting WebSocket server/);
    assert(!line.includes(`:${(await server.ports())[0]}/`));
  },
  ["python3"],
);

testRun(
  "stdws is started by systemd-socket-activate at the first connection",
  async () => {
    const port = freePort();
    const where = ["-l", `127.0.0.1:${port}`, "--fdname=web", "--setenv=NO_COLOR=1"];
    const child = new Deno.Command("systemd-socket-activate", {
      args: [...where, ...wordsOf(), "--echo"],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const server = { child, stdout: new Lines(child.stdout), stderr: new Lines(child.stderr) };
    try {
      await server.stderr.until(/^Listening on 127\.0\.0\.1/);
      assert(await echoes(`ws://127.0.0.1:${port}/`));
      await server.stdout.until(/Starting WebSocket server/);
    } finally {
      await stopServer(server, "SIGTERM");
    }
  },
  ["systemd-socket-activate"],
);

testBoth(
  "stdws takes inherited sockets where Deno is new enough, and otherwise says so",
  async (form) => {
    if (form !== "binary") {
      await using _server = await start(["--echo"], { sockets: ["tcp"] });
      return;
    }
    await using server = new Activated(["--echo"], { form, sockets: ["tcp"] });
    assertEquals((await server.ended()).code, 1);
    assertMatch(
      server.stderr.all.join("\n"),
      /^stdws: LISTEN_FDS \(socket activation\) needs Deno 2\.8 or later, .*2\.6\./m,
    );
  },
  ["python3"],
);
