import { assert, assertEquals, assertMatch } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { isAlive, untilGone } from "../support/processes.ts";
import { runToEnd, testEach, TestServer } from "../support/server.ts";
import { FOREVER, TerminalClient } from "./terminal_client.ts";

const NEEDS = ["setsid"];

function at(script: string, options = ""): string {
  return `--route=/=terminal?shared=true${options} sh -c '${script}'`;
}

testEach("terminal with shared=true has everybody at one program", async (form) => {
  await using server = await TestServer.start([
    at('echo $$; while read line; do echo "<$line>"; done; exit 5'),
  ], { form });
  using ann = await TerminalClient.open(server.url);
  const [pid] = (await ann.until(/\d+\r\n/)).match(/\d+/) ?? [];
  await ann.type("one\r");
  await ann.until("<one>");
  using bob = await TerminalClient.open(server.url);
  // The screen as it is.
  const screen = await bob.until("<one>");
  assertMatch(screen, new RegExp(`^\\x1bc${pid}\\r\\none\\r\\n<one>$`));
  await bob.type("two\r");
  for (const client of [ann, bob]) await client.until("<two>");
  await ann.type("\x04");
  for (const client of [ann, bob]) {
    assertEquals((await client.rest()).closed, "4005 exit status 5");
  }
  // The next one starts another.
  using eve = await TerminalClient.open(server.url);
  const [other] = (await eve.until(/\d+\r\n/)).match(/\d+/) ?? [];
  assert(other !== pid);
}, NEEDS);

testEach("terminal with shared=true is as large as all can see", async (form) => {
  await using server = await TestServer.start([
    at(`trap "stty size" WINCH; stty size; ${FOREVER}`),
  ], { form });
  using ann = await TerminalClient.open(`${server.url}?columns=100&rows=40`);
  await ann.until("40 100");
  assertEquals(ann.told, [{ write: true, shared: true, columns: 100, rows: 40 }]);
  {
    using bob = await TerminalClient.open(`${server.url}?columns=120&rows=30`);
    assertEquals(bob.told, [{ write: true, shared: true, columns: 100, rows: 40 }]);
    await ann.until("30 100");
    assertEquals(ann.told.at(-1), { columns: 100, rows: 30 });
    await bob.say({ columns: 90, rows: 35 });
    await ann.until("35 90");
    // Who says nothing takes what there is.
    using plain = await RawClient.open(server.url);
    await plain.text();
  }
  await ann.until("40 100");
  assertEquals(ann.told.at(-1), { columns: 100, rows: 40 });
}, NEEDS);

testEach(
  "terminal with shared=true shows what a program has drawn to who comes later",
  async (form) => {
    await using server = await TestServer.start([
      at(
        'stty -echo; printf "\\\\033]2;named\\\\007gone\\\\033[2J\\\\033[?1049h\\\\033[5;10Hdr\\\\303"; read x; printf "\\\\251wn"; read x',
      ),
    ], { form });
    using ann = await TerminalClient.open(server.url);
    await ann.until("dr");
    await ann.type("\r");
    await ann.until("é");
    using bob = await TerminalClient.open(server.url);
    const screen = await bob.until(/wn/);
    assert(screen.startsWith("\x1bc\x1b]2;named\x07"), screen);
    // deno-lint-ignore no-control-regex -- of a terminal
    assertMatch(screen, /\x1b\[\?1049h\x1b\[H[^]*dr/);
    assert(!screen.includes("gone"), screen);
  },
  NEEDS,
);

testEach("terminal with shared=true waits for nobody who is slow", async (form) => {
  await using server = await TestServer.start(["--route=/=terminal?shared=true sh"], { form });
  using slow = await TerminalClient.open(server.url);
  using quick = await TerminalClient.open(server.url);
  await quick.type("seq 200000; echo do''ne\r");
  await quick.until("done\r\n");
  // It has taken no more than it may, and gets the screen as it is now when it goes on.
  while (slow.received < 256 * 1024) await slow.step();
  assert(slow.received < 600_000, `${slow.received}`);
  await slow.say({ read: slow.received });
  const rest = await slow.until(/done\r\n/);
  // deno-lint-ignore no-control-regex -- of a terminal
  assertMatch(rest, /\x1bc[^]*199999\r\n200000\r\ndone\r\n$/);
  assert(slow.received < 1_000_000, `${slow.received}`);
}, NEEDS);

testEach(
  "terminal with shared=true lives as long as somebody is there, and linger",
  async (form) => {
    for (const linger of ["", "&linger=60s"]) {
      await using server = await TestServer.start([at("echo $$; read x", linger)], { form });
      const ann = await TerminalClient.open(server.url);
      const [text = ""] = (await ann.until(/\d+\r\n/)).match(/\d+/) ?? [];
      const pid = Number(text);
      assert(isAlive(pid));
      ann[Symbol.dispose]();
      await server.stdout.until(/DISCONNECT/);
      if (linger === "") await untilGone(pid);
      else {
        using bob = await TerminalClient.open(server.url);
        await bob.until(text);
      }
    }
  },
  NEEDS,
);

testEach("terminal with shared=true answers for all what its program asks", async (form) => {
  await using server = await TestServer.start([
    at('stty raw -echo; printf "\\\\033[c"; dd bs=1 count=5 2>/dev/null | od -c | head -1; read x'),
  ], { form });
  using client = await TerminalClient.open(server.url);
  await client.until(/033\s+\[\s+\?\s+1\s+;/);
}, NEEDS);

const BAD: [route: string, message: RegExp][] = [
  ["terminal?linger=5s sh", /linger cannot be used without shared=true/],
  ["terminal?shared=true echo {x}", /Invalid placeholder "\{x\}"/],
  ["terminal?shared=maybe sh", /shared/],
];
for (const [route, message] of BAD) {
  Deno.test(`terminal refuses ${route}`, async () => {
    const { code, stderr } = await runToEnd(["--port=0", `--route=/:x=${route}`]);
    assertMatch(stderr, message);
    assert(code > 0);
  });
}
