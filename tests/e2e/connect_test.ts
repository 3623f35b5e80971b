import { assert, assertEquals, assertMatch } from "@std/assert";
import { ClientProcess } from "../support/client_process.ts";
import { freePort } from "../support/free_port.ts";
import { Lines } from "../support/lines.ts";
import { PeerListener } from "../support/peer.ts";
import { needing } from "../support/programs.ts";
import { ROOT, runToEnd, testBoth, testEach, TestServer } from "../support/server.ts";
import { someBytes } from "../support/target.ts";

// Never in a test: what ends has another reason.
const NEVER_QUIET = "--quietms=600000";

testEach("stdws --connect sends lines and prints what comes as lines", async (form) => {
  await using server = await TestServer.start(["--echo"], { form });
  const connect = `--connect=${server.url}`;
  for (const input of ["a\nb\n", "a\nb", "\n\n", "é€😀\r\n"]) {
    const lines = input.replace(/\r?\n$/, "").split("\n").map((line) => `${line}\n`).join("");
    assertEquals(await ClientProcess.run(input, [connect, "--quietms=100"], { form }), {
      code: 0,
      stdout: lines,
      stderr: "",
    });
  }
});

testBoth("stdws --connect --send sends messages as they are, and not its input", async (form) => {
  for (const binary of [false, true]) {
    using listener = new PeerListener();
    const args = ["-c", listener.url, "-x", "a\nb", "--send=c,d", "--quietms=0"];
    await using client = new ClientProcess([...args, ...binary ? ["-b"] : []], { form });
    using peer = await listener.open();
    await client.type("not this\n");
    for (const text of ["a\nb", "c,d"]) {
      const data = new TextEncoder().encode(text);
      const expected = binary ? { kind: "binary", data } : { kind: "text", data: text };
      assertEquals<unknown>(await peer.next(), expected);
    }
    assertEquals(await peer.closed(), 1000);
    await peer.send("last");
    await peer.leave();
    assertEquals(await client.end(), { code: 0, stdout: binary ? "last" : "last\n", stderr: "" });
  }
});

testEach("stdws --connect carries 100,000 lines both ways, in order", async (form) => {
  await using server = await TestServer.start(["head", "-n", "100000"], { form });
  const input = Array.from({ length: 100_000 }, (_, index) => `line ${index}\n`).join("");
  const args = [`--connect=${server.url}`, NEVER_QUIET];
  const { code, stdout, stderr } = await ClientProcess.run(input, args, { form });
  assertEquals([code, stderr], [0, ""]);
  assert(stdout === input, `${stdout.length} of ${input.length} characters came back`);
});

testEach("stdws --connect --binary carries 10 MB both ways, byte for byte", async (form) => {
  const bytes = someBytes(10 * 1024 * 1024);
  const program = ["head", "-c", `${bytes.length}`];
  await using server = await TestServer.start(["--binary", ...program], { form });
  const args = [`--connect=${server.url}`, "--binary", NEVER_QUIET];
  await using client = new ClientProcess(args, { form });
  const [output] = await Promise.all([
    new Response(client.stdout).bytes(),
    client.type(bytes).then(() => client.eof()),
  ]);
  assertEquals((await client.child.status).code, 0);
  assertEquals(output.length, bytes.length);
  assert(output.every((byte, index) => byte === bytes[index]));
});

testEach("stdws --connect has the exit status of the program at the other end", async (form) => {
  const script = 'read line; echo "got $line"; exit $line';
  await using server = await TestServer.start(["sh", "-c", script], { form });
  for (const code of [0, 1, 3, 255]) {
    const args = [`--connect=${server.url}`, NEVER_QUIET];
    assertEquals(await ClientProcess.run(`${code}\n`, args, { form }), {
      code,
      stdout: `got ${code}\n`,
      stderr: "",
    });
  }
});

testBoth("stdws --connect < /dev/null reads until the server closes", async (form) => {
  using listener = new PeerListener();
  const args = [`--connect=${listener.url}`, "--quietms=0"];
  const running = runToEnd(args, { form });
  using peer = await listener.open();
  await peer.send("1");
  await peer.frame(0x89, new Uint8Array());
  // The input has ended long ago when this comes back.
  assertEquals((await peer.next()).kind, "pong");
  await peer.send("2");
  await peer.end(1000);
  assertEquals(await running, { code: 0, stdout: "1\n2\n", stderr: "" });
});

testBoth("stdws --connect closes with 1000 when it was quiet after the last line", async (form) => {
  using listener = new PeerListener();
  await using client = new ClientProcess([`--connect=${listener.url}`, "--quietms=0"], { form });
  using peer = await listener.open();
  await client.type("one\n");
  assertEquals(await peer.text(), "one");
  await client.type("two");
  await client.eof();
  assertEquals([await peer.text(), await peer.closed()], ["two", 1000]);
  // What comes before the answer to that is printed, too.
  await peer.send("last");
  await peer.leave();
  assertEquals(await client.end(), { code: 0, stdout: "last\n", stderr: "" });
});

testBoth(
  "stdws --connect takes a server that hangs up when it is done for an end",
  async (form) => {
    using listener = new PeerListener();
    await using client = new ClientProcess([`--connect=${listener.url}`, "--quietms=0"], { form });
    using peer = await listener.open();
    await client.type("one\n");
    await client.eof();
    assertEquals([await peer.text(), await peer.closed()], ["one", 1000]);
    peer[Symbol.dispose]();
    assertEquals(await client.end(), { code: 0, stdout: "", stderr: "" });
  },
);

const CLOSES: [code: number | undefined, reason: string, exitCode: number, stderr: string][] = [
  [1000, "done", 0, ""],
  [undefined, "", 0, ""],
  [4001, "exit status 1", 1, ""],
  [4255, "", 255, ""],
  [1001, "Server shutting down", 1, "stdws: closed with 1001 Server shutting down"],
  [1011, "", 1, "stdws: closed with 1011"],
  [4000, "", 1, "stdws: closed with 4000"],
  [4256, "\x1b[2J", 1, "stdws: closed with 4256 \\x1b[2J"],
];
for (const [code, reason, exitCode, stderr] of CLOSES) {
  testBoth(`stdws --connect exits with ${exitCode} after close ${code} ${reason}`, async (form) => {
    using listener = new PeerListener();
    const running = runToEnd([`--connect=${listener.url}`], { form });
    using peer = await listener.open();
    await peer.send("all of it");
    await peer.end(code, reason);
    assertEquals(await running, {
      code: exitCode,
      stdout: "all of it\n",
      stderr: stderr && `${stderr}\n`,
    });
  });
}

testBoth("stdws --connect exits with 1 when the connection breaks, and says so", async (form) => {
  using listener = new PeerListener();
  const running = runToEnd([`--connect=${listener.url}`], { form });
  {
    using peer = await listener.open();
    await peer.send("half");
  }
  const { code, stdout, stderr } = await running;
  assertEquals([code, stdout], [1, "half\n"]);
  assertMatch(stderr, /^stdws: closed with 1006 .+\n$/);
});

testBoth("stdws --connect takes a message in any number of fragments", async (form) => {
  using listener = new PeerListener();
  const running = runToEnd([`--connect=${listener.url}`], { form });
  using peer = await listener.open();
  const fragments = Uint8Array.from(
    { length: 3 * 100_000 },
    (_, index) => [0x00, 1, 97][index % 3] ?? 0,
  );
  fragments[0] = 0x01;
  fragments[fragments.length - 3] = 0x80;
  await peer.write(fragments);
  await peer.end(1000);
  const { code, stdout } = await running;
  assertEquals([code, stdout.length], [0, 100_001]);
});

testBoth("stdws --connect exits with 1 when the server breaks the protocol", async (form) => {
  using listener = new PeerListener();
  const running = runToEnd([`--connect=${listener.url}`], { form });
  using peer = await listener.open();
  // A text message that is not UTF-8.
  await peer.frame(0x81, Uint8Array.of(0xff));
  assertEquals(await peer.closed(), 1007);
  peer[Symbol.dispose]();
  const { code, stderr } = await running;
  assertEquals([code, stderr], [
    1,
    "stdws: closed with 1006 Invalid WebSocket frame: invalid UTF-8 sequence\n",
  ]);
});

const ANSWERS: [answer: string, says: string][] = [
  ["HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nno\n", "404 Not Found"],
  ["HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n", "403 Forbidden"],
  ["HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "200 OK"],
  [
    "HTTP/1.1 301 Moved Permanently\r\nLocation: https://a/\r\nContent-Length: 0\r\n\r\n",
    "301 Moved Permanently, to https://a/",
  ],
];
for (const [answer, says] of ANSWERS) {
  testBoth(`stdws --connect exits with 3 where the answer is ${says}`, async (form) => {
    using listener = new PeerListener();
    const running = runToEnd([`--connect=${listener.url}x`], { form });
    using peer = await listener.accept();
    await peer.write(answer);
    assertEquals(await running, {
      code: 3,
      stdout: "",
      stderr: `stdws: Cannot connect to ${listener.url}x: ${says}\n`,
    });
  });
}

testBoth("stdws --connect exits with 3 where it cannot connect, and says why", async (form) => {
  const port = freePort();
  const url = `ws://me:secret@127.0.0.1:${port}/`;
  const { code, stdout, stderr } = await runToEnd([`--connect=${url}`], { form });
  assertEquals([code, stdout], [3, ""]);
  const name = `ws://me@127\\.0\\.0\\.1:${port}/`;
  assertMatch(stderr, new RegExp(`^stdws: Cannot connect to ${name}: connect ECONNREFUSED .*\n$`));
  const lost = await runToEnd(["--connect=ws://stdws.invalid/"], { form });
  assertEquals([lost.code, lost.stdout], [3, ""]);
  assertMatch(lost.stderr, /^stdws: Cannot connect to ws:\/\/stdws\.invalid\/: .+\n$/);
});

testBoth("stdws --connect exits with 3 where the server hangs up", async (form) => {
  using listener = new PeerListener();
  const running = runToEnd([`--connect=${listener.url}`], { form });
  (await listener.accept())[Symbol.dispose]();
  const { code, stdout, stderr } = await running;
  assertEquals([code, stdout], [3, ""]);
  assertMatch(stderr, /^stdws: Cannot connect to ws:\/\/127\S+: .+\n$/);
});

testBoth(
  "stdws --connect shows who it is by --header and the password in the URL",
  async (form) => {
    using listener = new PeerListener();
    const url = listener.url.replace("://", "://me:secret@");
    const headers = ["--header=X-One: 1", "--header=Cookie: a=b", "--header=Origin: https://c"];
    const running = runToEnd([`--connect=${url}`, ...headers], { form });
    using peer = await listener.open();
    await peer.end(1000);
    assertEquals((await running).code, 0);
    const lines = peer.head.split("\r\n");
    assertEquals(lines[0], "GET / HTTP/1.1");
    for (const header of ["x-one: 1", "cookie: a=b", "origin: https://c"]) {
      assert(lines.some((line) => line.toLowerCase() === header), `${header} in ${peer.head}`);
    }
    assert(
      lines.some((line) =>
        line.toLowerCase() === `authorization: basic ${btoa("me:secret")}`.toLowerCase()
      ),
    );
  },
);

testEach(
  "stdws --connect offers --subprotocol, and refuses a server that has none of them",
  async (form) => {
    const args = ["--subprotocol=b", "sh", "-c", "echo $HTTP_SEC_WEBSOCKET_PROTOCOL"];
    await using server = await TestServer.start(args, { form });
    const offering = [`--connect=${server.url}`, "--subprotocol=a", "--subprotocol=b"];
    const { code, stdout } = await runToEnd(offering, { form });
    assertEquals(code, 0);
    assertMatch(stdout, /^a, ?b\n$/);
    assertEquals(await runToEnd([`--connect=${server.url}`, "--subprotocol=c"], { form }), {
      code: 3,
      stdout: "",
      stderr: `stdws: Cannot connect to ${server.url}: Server sent no subprotocol\n`,
    });
  },
);

testBoth("stdws --connect writes binary messages as they are, and says so once", async (form) => {
  using listener = new PeerListener();
  const running = runToEnd([`--connect=${listener.url}`], { form });
  using peer = await listener.open();
  await peer.send(Uint8Array.of(0x61));
  await peer.send(Uint8Array.of(0x62));
  await peer.send("c");
  await peer.end(1000);
  assertEquals(await running, {
    code: 0,
    stdout: "abc\n",
    stderr: "stdws: binary messages are written as they are, without a newline\n",
  });
});

Deno.test({
  ...needing("stdws --connect | head -1 ends quietly, with a close", "sh", "head"),
  async fn() {
    using listener = new PeerListener();
    const program =
      `"${Deno.execPath()}" run -A --quiet "${ROOT}main.ts" --connect=${listener.url}`;
    const script = `{ ${program} </dev/null; echo "exit status $?" >&2; } | head -n 1`;
    const running = new Deno.Command("sh", { args: ["-c", script], stdin: "null" }).output();
    using peer = await listener.open();
    const closed = (async () => {
      for (;;) {
        const received = await peer.next();
        if (received.kind === "close") return received.code;
      }
    })();
    // As long as anybody takes it.
    let taken = true;
    while (taken) {
      taken = await Promise.race([
        peer.send("y").then(() => true),
        closed.then(() => false),
      ]);
    }
    assertEquals(await closed, 1000);
    await peer.leave();
    const { stdout, stderr } = await running;
    const decoder = new TextDecoder();
    assertEquals([decoder.decode(stdout), decoder.decode(stderr)], ["y\n", "exit status 0\n"]);
  },
});

Deno.test({
  ...needing("stdws --connect speaks with websocketd", "websocketd", "sh"),
  async fn() {
    const port = freePort();
    const script = 'while read -r line; do echo "got $line"; done';
    const args = [`--port=${port}`, "--address=127.0.0.1", "sh", "-c", script];
    const child = new Deno.Command("websocketd", { args, stdout: "null", stderr: "null" }).spawn();
    try {
      const url = `ws://127.0.0.1:${port}/`;
      // It does not say when it listens.
      await using client = new ClientProcess([`--connect=${url}`, "--reconnect", "--quietms=0"]);
      await client.type("a\nb\n");
      const stdout = new Lines(client.stdout);
      await stdout.until(/^got b$/);
      await client.eof();
      assertEquals((await client.child.status).code, 0);
      await stdout.ended;
      assertEquals(stdout.all, ["got a", "got b"]);
    } finally {
      child.kill("SIGTERM");
      await child.status;
    }
  },
});
