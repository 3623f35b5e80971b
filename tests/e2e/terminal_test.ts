import { assert, assertEquals, assertMatch } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { ask, post } from "../support/http_routes.ts";
import { isAlive, untilGone, untilIdle } from "../support/processes.ts";
import { asRoot } from "../support/root.ts";
import { runToEnd, testEach, TestServer } from "../support/server.ts";
import { FOREVER, TerminalClient } from "./terminal_client.ts";

const NEEDS = ["setsid"];

function at(script: string, options = ""): string {
  return `--route=/=terminal${options} sh -c '${script}'`;
}

testEach("terminal runs a program on a terminal of the size that its client has", async (form) => {
  const script = "tty; echo $TERM $COLUMNS; stty size; read x; stty size";
  await using server = await TestServer.start([at(script)], { form });
  using client = await TerminalClient.open(`${server.url}?columns=101&rows=33`);
  assertEquals(client.told, [{ write: true }]);
  await client.until(/^\/dev\/pts\/\d+\r\nxterm-256color\r\n33 101\r\n/);
  await client.say({ columns: 132, rows: 50 });
  await client.type("\r");
  assertEquals(await client.rest(), { output: "\r\n50 132\r\n", closed: "1000" });
}, NEEDS);

testEach("terminal tells its program of a new size while it runs", async (form) => {
  const script = `trap "stty size; exit" WINCH; echo ready; ${FOREVER}`;
  await using server = await TestServer.start([at(script)], { form });
  using client = await TerminalClient.open(server.url);
  await client.until("ready\r\n");
  await client.say({ columns: 40, rows: 10 });
  assertMatch((await client.rest()).output, /10 40\r\n$/);
}, NEEDS);

const KEYS: [key: string, closed: string][] = [
  ["\x03", "4130 SIGINT"],
  ["\x1c", "4131 SIGQUIT"],
];
testEach("terminal makes signals of keys, and tells how its program ended", async (form) => {
  await using server = await TestServer.start([at("ulimit -c 0; echo ready; exec sleep 1000")], {
    form,
  });
  for (const [key, closed] of KEYS) {
    using client = await TerminalClient.open(server.url);
    await client.until("ready");
    await client.type(key);
    assertEquals((await client.rest()).closed, closed);
  }
}, NEEDS);

testEach(
  "terminal gives its program all signals, whatever its server was started with",
  async (form) => {
    const show = "sed -n s/^SigIgn:.//p /proc/self/status";
    const routes = [at(`ulimit -c 0; ${show}; exec sleep 1000`), `--route=/pipe=process ${show}`];
    // As by nohup, or with `&` by a shell without job control.
    const ignored = "HUP INT QUIT PIPE TSTP";
    await using server = await TestServer.start(routes, { form, ignored });
    for (const [key, closed] of KEYS) {
      using client = await TerminalClient.open(server.url);
      assertEquals(ignoredIn(await client.until("\n")), []);
      await client.type(key);
      assertEquals((await client.rest()).closed, closed);
    }
    // With pipes it is in the server's group, and ignores what is sent to both; SIGINT, the server takes itself.
    using client = await RawClient.open(`${server.url}pipe`);
    const status = await Deno.readTextFile(`/proc/${server.pid}/status`);
    const own = ignoredIn(/^SigIgn:\s*(\w+)$/m.exec(status)?.[1] ?? "");
    // Where the machine is busy, the runtime takes it before anything of the server can look (Deno 2.9).
    const hangup = own.includes("SIGHUP") ? ["SIGHUP"] : [];
    assertEquals(ignoredIn(await client.text()), [...hangup, "SIGQUIT", "SIGTSTP"]);
  },
  NEEDS,
);

/** The signals of a mask in /proc, but those of the C library. */
function ignoredIn(mask: string): string[] {
  const names = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGPIPE: 13, SIGTSTP: 20 };
  const bits = BigInt(`0x${mask.trim()}`);
  return Object.entries(names).filter(([, number]) => bits >> BigInt(number - 1) & 1n)
    .map(([name]) => name);
}

testEach("terminal has jobs: Ctrl-Z stops one, and fg goes on", async (form) => {
  await using server = await TestServer.start([
    "--route=/=terminal bash --norc --noediting -i",
  ], { form });
  using client = await TerminalClient.open(server.url);
  // A program that starts no other: of a shell that is just doing that, the one may be stopped and the other not, for ever.
  // And what is written while a key is at work stays.
  await client.type("stty noflsh\rcat\rone\r");
  await client.until(/one\r\n[^]*one\r\n/);
  await client.type("\x1a");
  await client.until("Stopped");
  await client.type("fg; echo ended: $?\rtwo\r");
  await client.until(/two\r\n[^]*two\r\n/);
  await client.type("\x04");
  await client.until("ended: 0");
  await client.type("exit 7\r");
  assertEquals((await client.rest()).closed, "4007 exit status 7");
}, [...NEEDS, "bash"]);

testEach(
  "terminal sends text of whole characters to a client without its protocol",
  async (form) => {
    // It goes on when its client has what came before.
    const script = 'stty -echo; printf "1h\\303"; read go; printf "\\2512\\360\\237"; read go; ' +
      'stty echo; printf "\\214\\215\\n"; read line; echo "<$line>"; printf "\\303"';
    await using server = await TestServer.start([at(script)], { form });
    using client = await RawClient.open(server.url);
    let text = "";
    for (const end of ["1h", "2"]) {
      while (!text.endsWith(end)) text += await client.text();
      await client.send("\r");
    }
    while (!text.endsWith("\n")) text += await client.text();
    assertEquals(text, "1hé2🌍\r\n");
    await client.send("ü");
    await client.send(new TextEncoder().encode("ß\r"));
    const { texts, closed } = await client.rest();
    assertEquals([texts.join(""), closed], ["üß\r\n<üß>\r\n\uFFFD", "1000"]);
  },
  NEEDS,
);

testEach("terminal lets a program write no faster than its client shows it", async (form) => {
  await using server = await TestServer.start(["--route=/=terminal yes"], { form });
  using client = await TerminalClient.open(server.url);
  const [, pid] = /pid:'(\d+)'/.exec(await server.stdout.until(/CONNECT/)) ?? [];
  while (client.received < 256 * 1024) await client.step();
  const written = async () => {
    const io = await Deno.readTextFile(`/proc/${pid}/io`);
    return Number(/wchar: (\d+)/.exec(io)?.[1]);
  };
  // It sleeps until its client has shown more.
  await untilIdle(Number(pid));
  const before = await written();
  assert(before < 1_000_000, `${before} bytes`);
  while (client.received < before) await client.step();
  const stopped = client.received;
  await client.say({ read: stopped });
  while (client.received < stopped + 256 * 1024) await client.step();
  // The system takes its time for a key, in which the program goes on.
  await client.type("\x03");
  assertEquals((await client.rest()).closed, "4130 SIGINT");
}, NEEDS);

testEach("terminal hangs up when its client leaves, and leaves nothing behind", async (form) => {
  // The second ignores that, and the third is in a session of its own.
  const script = 'sleep 1001 & (trap "" HUP; sleep 1002) & setsid sleep 1003 & echo $$; wait';
  await using server = await TestServer.start([at(script)], { form });
  const client = await TerminalClient.open(server.url);
  const pid = Number(await client.until(/^\d+\r\n/));
  const children = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`);
  const pids = [pid, ...children.trim().split(" ").map(Number)];
  assertEquals(pids.length, 4);
  assert(pids.every(isAlive));
  client[Symbol.dispose]();
  for (const each of pids) await untilGone(each);
  await server.stdout.until(/DISCONNECT/);
}, NEEDS);

testEach(
  "terminal ends with its program, and with that what it has in the background",
  async (form) => {
    await using server = await TestServer.start(["--route=/=terminal sh"], { form });
    using client = await TerminalClient.open(server.url);
    await client.type("sleep 1004 & echo pid=$!; exit 5\n");
    const pid = Number((await client.until(/pid=\d+\r\n/)).match(/\d+/g)?.at(-1));
    assertEquals((await client.rest()).closed, "4005 exit status 5");
    await untilGone(pid);
  },
  NEEDS,
);

testEach("terminal with write=false is only looked at", async (form) => {
  await using server = await TestServer.start([at("stty size; exec cat", "?write=false")], {
    form,
  });
  using client = await TerminalClient.open(server.url);
  assertEquals(client.told, [{ write: false }]);
  await client.until("24 80");
  await client.say({ columns: 90, rows: 20 });
  await client.type("x");
  assertEquals((await client.rest()).closed, "1008 Messages are not allowed here");
  using plain = await RawClient.open(server.url);
  await plain.send("x");
  assertEquals((await plain.rest()).closed, "1008 Messages are not allowed here");
}, NEEDS);

const BAD: [message: string, closed: RegExp][] = [
  ["x", /^1007 Not a text message of stdws.terminal.v1: expected an object in JSON$/],
  ["null", /^1007 .*: expected an object in JSON$/],
  ['{"columns":80}', /^1007 .*: expected a whole number from 1 to 1000 as columns and as rows$/],
  ['{"columns":0,"rows":24}', /^1007 .*as rows$/],
  ['{"columns":80,"rows":1e9}', /^1007 .*as rows$/],
  ['{"read":-1}', /^1007 .*: expected a number of bytes as read$/],
];
testEach("terminal says what is wrong with a message about it", async (form) => {
  await using server = await TestServer.start([at("exec cat")], { form });
  for (const [message, closed] of BAD) {
    using client = await TerminalClient.open(server.url);
    await client.raw.send(message);
    assertMatch((await client.rest()).closed, closed, message);
  }
  for (const query of ["columns=0", "rows=x", "columns=1001", "rows="]) {
    using client = await RawClient.request(`${server.url}?${query}`);
    assertEquals(client.answer.status, 400, query);
    await server.stdout.until(/Invalid (?:columns|rows)=\S* in the query: expected a whole number/);
  }
}, NEEDS);

testEach("terminal is for no page of another site, unless its route says so", async (form) => {
  const routes = [at("exec cat"), "--route=/any=terminal?origin=* cat"];
  await using server = await TestServer.start(routes, { form });
  const status = async (path: string, Origin?: string, Host?: string) => {
    const headers = { Origin, ...(Host !== undefined && { Host }) };
    using client = await RawClient.request(server.url + path, { headers });
    return client.answer.status;
  };
  assertEquals(await status("", `http://127.0.0.1:${server.port}`), 101);
  assertEquals(await status(""), 101);
  for (const origin of ["http://evil.example", "null", "http://127.0.0.1:1"]) {
    assertEquals([origin, await status("", origin)], [origin, 403]);
    await server.stdout.until(/Same origin policy mismatch/);
    assertEquals(await status("any", origin), 101);
  }
  // A site whose name means this machine.
  const [origin, host] = ["http://evil.example", "evil.example"];
  assertEquals(await status("", origin, host), 403);
  await server.stdout.until(/The Host "evil.example" is no address of this machine/);
  assertEquals(await status("any", origin, host), 101);
  assertEquals(await status("", undefined, host), 101);
}, NEEDS);

testEach("terminal with http=true takes nothing of a page of another site either", async (form) => {
  await using server = await TestServer.start([at("cat", "?http=true")], { form });
  const status = async (headers: string) => (await ask(server, post("/", "x", headers))).status;
  for (
    const headers of [
      "Origin: http://evil.example\n",
      "Origin: null\n",
      "Referer: http://evil.example/page\n",
      // At example.com, which is the Host.
      "Sec-Fetch-Site: same-origin\n",
    ]
  ) assertEquals([headers, await status(headers)], [headers, 403]);
  assert(await status("") < 300);
}, NEEDS);

Deno.test("terminal says at the start, and --check, where Deno allows it no calls", async () => {
  for (const more of [[], ["--check"]]) {
    const args = ["--port=0", "--route=/=terminal sh", ...more];
    const { code, stderr, stdout } = await runToEnd(args, { flags: ["--deny-ffi"] });
    assertMatch(
      stderr + stdout,
      /Cannot run programs with terminal: Deno allows that only with --allow-ffi or -A/,
    );
    assertEquals(code, 1);
  }
});

for (const form of ["deno run", "node"] as const) {
  for (const shared of [false, true]) {
    const name = `terminal?shared=${shared} answers 503 where the system has none left [${form}]`;
    const { ignore, ...needed } = asRoot(name, ...NEEDS, "unshare");
    Deno.test(needed.name, { ignore }, async () => {
      const routes = [at("cat"), `--route=/more=terminal?shared=${shared} cat`];
      await using server = await TestServer.start(routes, { form, terminals: 1 });
      const ask = () => RawClient.request(`${server.url}more`);
      {
        using client = await TerminalClient.open(server.url);
        using refused = await ask();
        assertEquals([refused.answer.status, refused.answer.headers.get("retry-after")], [
          503,
          "5",
        ]);
        await server.stdout.until(
          /\/more.*status:'503'.*Could not launch process \S*cat \(the system opens no pseudo-terminal \(\/dev\/ptmx\)\)/,
        );
        await client.type("\x04");
        assertEquals((await client.rest()).closed, "1000");
      }
      using later = await ask();
      assertEquals(later.answer.status, 101);
    });
  }
}
