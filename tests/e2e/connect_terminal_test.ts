import { assertEquals } from "@std/assert";
import { PeerListener } from "../support/peer.ts";
import { type Form, testBoth } from "../support/server.ts";
import { Sitting, type SittingOptions } from "../support/sitting.ts";

const UP = "\x1b[A";
const LEFT = "\x1b[D";
const CTRL_C = "\x03";
const CTRL_D = "\x04";
const CTRL_Z = "\x1a";

function test(name: string, run: (form: Form) => Promise<void>): void {
  testBoth(name, run, Deno.build.os === "linux" ? ["script", "stty"] : ["script of util-linux"]);
}

function sit(listener: PeerListener, form: Form, options: SittingOptions = {}): Sitting {
  const { host } = new URL(listener.url);
  return new Sitting(["-c", host, "--quietms=0"], { form, ...options });
}

test("stdws --connect lets lines be edited while messages come", async (form) => {
  using listener = new PeerListener();
  await using sitting = sit(listener, form);
  using peer = await listener.open();
  const connected = `stdws: connected to ${listener.url}`;
  assertEquals(await sitting.until(/^>/), [connected, ">"]);
  await sitting.type("helo");
  await sitting.until(/^> helo$/);
  await peer.send("one");
  await peer.send("two");
  assertEquals(
    await sitting.untilRows((rows) => rows.length === 4 && rows[3] === "> helo", "two messages"),
    [connected, "< one", "< two", "> helo"],
  );
  await sitting.type(`${LEFT}l`);
  assertEquals(await sitting.until(/hello/), [connected, "< one", "< two", "> hello"]);
  await sitting.type("\r");
  assertEquals(await peer.text(), "hello");
  await peer.send("three");
  await sitting.type(`${UP}!\r`);
  assertEquals(await peer.text(), "hello!");
  await sitting.type(CTRL_D);
  assertEquals(await peer.closed(), 1000);
  await peer.leave();
  const rows = await sitting.end();
  assertEquals(rows.filter((row) => row !== "< three"), [
    connected,
    "< one",
    "< two",
    "> hello",
    "> hello!",
    "stdws: closed with 1000",
    "exit status 0",
  ]);
});

test("stdws --connect closes at Ctrl-D where nothing was sent", async (form) => {
  using listener = new PeerListener();
  await using sitting = sit(listener, form);
  using peer = await listener.open();
  await sitting.until(/^>/);
  await sitting.type(CTRL_D);
  assertEquals(await peer.closed(), 1000);
  await peer.send("late");
  await peer.leave();
  assertEquals((await sitting.end()).slice(1), [
    "< late",
    "stdws: closed with 1000",
    "exit status 0",
  ]);
});

test("stdws --connect ends with 130 at Ctrl-C, and gives the terminal back", async (form) => {
  using listener = new PeerListener();
  await using sitting = sit(listener, form);
  using peer = await listener.open();
  await sitting.until(/^>/);
  await sitting.type("not sent");
  await sitting.until(/not sent/);
  await sitting.type(CTRL_C);
  assertEquals(await peer.closed(), 1000);
  await peer.leave();
  assertEquals((await sitting.end()).slice(1), ["> not sent", "exit status 130"]);
});

test("stdws --connect ends at once at a second Ctrl-C, and gives the terminal back", async (form) => {
  using listener = new PeerListener();
  await using sitting = sit(listener, form);
  using peer = await listener.open();
  await sitting.until(/^>/);
  await sitting.type(CTRL_C);
  assertEquals(await peer.closed(), 1000);
  await sitting.type(CTRL_C);
  assertEquals((await sitting.end()).slice(1), ["exit status 130"]);
});

test("stdws --connect goes on after Ctrl-Z, with the line and the keys", async (form) => {
  using listener = new PeerListener();
  await using sitting = sit(listener, form);
  using peer = await listener.open();
  await sitting.until(/^>/);
  await sitting.type("half");
  await sitting.until(/half/);
  await sitting.type(CTRL_Z);
  await sitting.untilRows((rows) => rows.includes("stopped") && rows.at(-1) === "> half", "> half");
  await sitting.type(`${LEFT.repeat(4)}a \r`);
  assertEquals(await peer.text(), "a half");
});

test("stdws --connect says at a terminal how the server has closed", async (form) => {
  using listener = new PeerListener();
  await using sitting = sit(listener, form);
  using peer = await listener.open();
  await sitting.until(/^>/);
  await peer.end(4003, "exit status 3\x1b[2J");
  assertEquals((await sitting.end()).slice(1), [
    "stdws: closed with 4003 exit status 3\\x1b[2J",
    "exit status 3",
  ]);
});

test("stdws --connect gives a terminal back that could not connect", async (form) => {
  using listener = new PeerListener();
  await using sitting = sit(listener, form);
  using peer = await listener.accept();
  await peer.write("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  assertEquals(await sitting.end(), [
    `stdws: Cannot connect to ${listener.url}: 404 Not Found`,
    "exit status 3",
  ]);
});

test("stdws --connect has no message steer the terminal, or look like another line", async (form) => {
  using listener = new PeerListener();
  await using sitting = sit(listener, form);
  using peer = await listener.open();
  await sitting.until(/^>/);
  // The screen refuses all that is not shown as it is written here.
  await peer.send("\x1b[2J\x1b]0;title\x07\x9b31m\r\u202eabc\t!\n> me\nstdws: closed");
  await peer.send(Uint8Array.of(0, 27, 91, 50, 74, 104, 105));
  await peer.send("中文😀");
  assertEquals(
    (await sitting.untilRows((rows) => rows.length === 7, "all messages")).slice(1),
    [
      "< \\x1b[2J\\x1b]0;title\\x07\\x9b31m\\r\\u202eabc     !",
      "  > me",
      "  stdws: closed",
      "< binary, 7 bytes: 00 1b 5b 32 4a 68 69  |..[2Jhi|",
      "< 中文😀",
      ">",
    ],
  );
});

test("stdws --connect has no message steer a terminal where nobody types", async (form) => {
  using listener = new PeerListener();
  await using sitting = sit(listener, form, { stdin: "/dev/null" });
  using peer = await listener.open();
  await peer.send("\x1b[2Jone\ntwo");
  await peer.send(Uint8Array.of(27, 99));
  await peer.send("three");
  await peer.end(1000);
  assertEquals(await sitting.end(), [
    "\\x1b[2Jone",
    "two",
    "(binary, 2 bytes: 1b 63  |.c|)",
    "three",
    "exit status 0",
  ]);
});

test("stdws --connect draws the line anew where the terminal becomes narrower", async (form) => {
  using listener = new PeerListener();
  await using sitting = sit(listener, form);
  using peer = await listener.open();
  await sitting.until(/^>/);
  const line = "0123456789".repeat(5);
  await sitting.type(line);
  await sitting.until(/^> [0-9]{50}$/);
  await sitting.resize(30);
  await peer.send("message");
  await sitting.untilRows((rows) => rows.includes("< message"), "message");
  assertEquals((await sitting.until(/9$/)).slice(-3), [
    "< message",
    `> ${line.slice(0, 28)}`,
    line.slice(28),
  ]);
});

test("stdws --connect --reconnect keeps the line, and sends it to the next connection", async (form) => {
  using listener = new PeerListener();
  await using sitting = new Sitting(["-c", listener.url, "--reconnect"], { form });
  {
    using _peer = await listener.open();
    await sitting.until(/^>/);
    await sitting.type("half");
    await sitting.until(/half/);
  }
  using peer = await listener.open();
  const connected = `stdws: connected to ${listener.url}`;
  const rows = await sitting.untilRows((rows) => {
    return rows.lastIndexOf(connected) > rows.indexOf(connected) && rows.at(-1) === "> half";
  }, "a second connection");
  assertEquals(rows.slice(-2), [connected, "> half"]);
  await sitting.type(" and half\r");
  assertEquals(await peer.text(), "half and half");
});

test("stdws --connect --reconnect lets a line be typed before the first connection", async (form) => {
  using listener = new PeerListener();
  await using sitting = new Sitting(["-c", listener.url, "--reconnect"], { form });
  {
    using peer = await listener.accept();
    await peer.write("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
    await sitting.until(/^>/);
    await sitting.type("early");
    await sitting.until(/^> early/);
  }
  using peer = await listener.open();
  await sitting.type(" bird\r");
  assertEquals(await peer.text(), "early bird");
});

test("stdws --connect says what is no message on standard error, where that is a file", async (form) => {
  using listener = new PeerListener();
  const folder = await Deno.makeTempDir();
  try {
    const stderr = `${folder}/stderr`;
    await using sitting = sit(listener, form, { stderr });
    using peer = await listener.open();
    assertEquals(await sitting.until(/^>/), [">"]);
    await peer.end(1000);
    assertEquals(await sitting.end(), ["exit status 0"]);
    assertEquals(
      await Deno.readTextFile(stderr),
      `stdws: connected to ${listener.url}\nstdws: closed with 1000\n`,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

for (
  const [what, args, env] of [
    ["--binary", ["--binary"], {}],
    ["a terminal that knows nothing", [], { TERM: "dumb" }],
  ] as const
) {
  test(`stdws --connect leaves the lines to the system with ${what}`, async (form) => {
    using listener = new PeerListener();
    await using sitting = new Sitting(["-c", listener.url, ...args], { form, env });
    using peer = await listener.open();
    await sitting.until(/connected/);
    await sitting.type("helo\x7flo\n");
    const received = await peer.next();
    if (received.kind !== "text" && received.kind !== "binary") throw new Error(received.kind);
    const { data } = received;
    const text = typeof data === "string" ? data : new TextDecoder().decode(data);
    assertEquals(text.trimEnd(), "hello");
    await peer.send("message\n");
    await sitting.until(/^message$/);
  });
}

test("stdws --connect colours its marks unless NO_COLOR is set", async (form) => {
  using listener = new PeerListener();
  await using sitting = sit(listener, form, { env: { NO_COLOR: "" } });
  using _peer = await listener.open();
  await sitting.until(/^>/);
  await sitting.type("a");
  await sitting.until(/^> a/);
  assertEquals(sitting.screen.colors > 0, true);
});
