import { assert, assertEquals, assertMatch } from "@std/assert";
import { ResumingWebSocket } from "../../lib/client/client.ts";
import { RawClient } from "../support/client.ts";
import { CuttingProxy } from "../support/cutting_proxy.ts";
import { basicOf, Passwords } from "../support/passwords.ts";
import { isAlive, pidIn, untilGone } from "../support/processes.ts";
import { offer, RawSession } from "../support/raw_session.ts";
import { runToEnd, testBoth, testEach, TestServer } from "../support/server.ts";

/** Says its process first, and then each line that it reads. */
const TELLS = ["sh", "-c", "echo $$; while read -r line; do echo got $line; done"];

testEach(
  "stdws --resume keeps a process and all messages for a client whose network breaks",
  async (form) => {
    await using server = await TestServer.start(["--resume=60s", ...TELLS], { form });
    const first = await RawSession.begin(server.url);
    assertMatch(first.id, /^[A-Za-z0-9_-]{22,}$/);
    assertEquals([first.greeting.for, first.greeting.bytes], [60_000, 1_048_576]);
    const pid = pidIn(await first.text());
    await first.send("a");
    assertEquals(await first.text(), "got a");
    // The client never gets the answer to that.
    await first.send("b");
    await server.stdout.until(/CONNECT$/);
    first[Symbol.dispose]();
    await server.stdout.until(/AWAY: the session waits for its client, 60000 ms$/);

    // Whether it was taken, the server knows.
    using second = await RawSession.back(server.url, first.id, 2);
    const { received, sent } = second.greeting;
    assert(received === 1 || received === 2);
    assertEquals(sent, 2);
    if (received === 1) await second.send("b");
    await second.send("c");
    assertEquals([await second.text(), await second.text()], ["got b", "got c"]);
    assertEquals(isAlive(pid), true);
    await server.stdout.until(/CONTINUE: the client is back$/);

    await second.client.close(1000);
    await untilGone(pid);
    const line = await server.stdout.until(/Closed by the client with 1000/);
    assertMatch(line, /3 messages in \(3 bytes\), 4 out/);
  },
);

testEach(
  "stdws --resume sends what nobody has acknowledged to who comes back, once",
  async (form) => {
    await using server = await TestServer.start(["--resume=60s", "seq", "100"], { form });
    let id: string;
    {
      using first = await RawSession.begin(server.url);
      id = first.id;
      for (let count = 1; count <= 10; count++) assertEquals(await first.text(), `${count}`);
      await first.acknowledge(5);
    }
    await server.stdout.until(/AWAY/);
    // The program has ended long ago.
    using second = await RawSession.back(server.url, id, 7);
    assertEquals([second.greeting.sent, second.greeting.lost], [7, undefined]);
    const { texts, closed } = await second.client.rest();
    assertEquals(texts, Array.from({ length: 93 }, (_, at) => `${at + 8}`));
    assertEquals(closed, "1000");
  },
);

testEach("stdws --resume ends a process whose client does not come back", async (form) => {
  await using server = await TestServer.start(["--resume=200ms", ...TELLS], { form });
  const session = await RawSession.begin(server.url);
  const pid = pidIn(await session.text());
  session[Symbol.dispose]();
  await untilGone(pid);
  await server.stdout.until(/DISCONNECT/);
  using late = await offer(server.url, session.id);
  assertEquals(late.answer.headers.get("sec-websocket-protocol"), "stdws.resume.v1");
  assertEquals((await late.rest()).closed, "4410 The session is not known");
});

testEach("stdws --resume gives a session to no other user, and to no other route", async (form) => {
  await using passwords = await Passwords.make({ ann: "a", bob: "b" });
  await using server = await TestServer.start([
    `--auth=basic:${passwords.path}`,
    "--resume=60s",
    "--route=/other=echo",
    "--route=/plain=echo?resume=0",
    "--echo",
  ], { form });
  const as = (user: string) => ({ headers: { Authorization: basicOf(user, user[0] ?? "") } });
  const headers = (user: string, id: string) => ({
    headers: {
      ...as(user).headers,
      "Sec-WebSocket-Protocol": `stdws.resume.v1, stdws.resume.v1.session.${id}`,
    },
  });
  using session = await RawSession.begin(server.url, as("ann"));
  for (
    const [url, user] of [
      [server.url, "bob"],
      [`${server.url}other`, "ann"],
      [`${server.url}plain`, "ann"],
    ] as const
  ) {
    using client = await RawClient.open(url, headers(user, session.id));
    assertEquals((await client.rest()).closed, "4410 The session is not known", `${url} ${user}`);
  }
  // Guards look at who comes back as at everybody.
  using nobody = await RawClient.request(server.url, {
    headers: { ...headers("ann", session.id).headers, Authorization: undefined },
  });
  assertEquals(nobody.answer.status, 401);
  await session.send("still there");
  assertEquals(await session.text(), "still there");
  using back = await RawClient.open(server.url, headers("ann", session.id));
  await back.send('\x10{"received":1}');
  assertMatch(await back.text(), /"received":1,"sent":1,/);
  assertEquals((await session.client.rest()).closed, "4411 Continued elsewhere");
}, ["htpasswd"]);

testEach("stdws --resume shows the id of a session to no program and no log", async (form) => {
  const says = ["sh", "-c", "env; cat >/dev/null"];
  await using server = await TestServer.start(
    ["--resume=60s", "--loglevel=debug", "--subprotocol=chat", ...says],
    { form },
  );
  const first = await RawSession.begin(server.url, { subprotocols: ["other", "chat"] });
  assertEquals(first.greeting.subprotocol, "chat");
  const variables: string[] = [];
  const read = async (session: RawSession) => {
    for (let text = ""; !text.startsWith("PWD=");) variables.push(text = await session.text());
  };
  await read(first);
  first[Symbol.dispose]();
  await server.stdout.until(/AWAY/);
  using second = await RawSession.back(server.url, first.id, 0, { subprotocols: ["chat"] });
  await read(second);
  using unknown = await offer(server.url, `${first.id}x`, { subprotocols: ["chat"] });
  assertEquals((await unknown.rest()).closed, "4410 The session is not known");
  await second.client.close(4000);
  await server.stdout.until(/Closed by the client with 4000/);
  await server.stop();

  const all = [...variables, ...server.stdout.all, ...server.stderr.all].join("\n");
  assert(!all.includes(first.id), all);
  assert(!/stdws\.resume/.test(variables.join("\n")), all);
  assert(variables.includes("WEBSOCKET_SUBPROTOCOL=chat"), all);
  assert(variables.includes("HTTP_SEC_WEBSOCKET_PROTOCOL=other, chat"), all);
});

testEach("stdws --resume leaves a plain client as it was", async (form) => {
  await using server = await TestServer.start(["--resume=60s", ...TELLS], { form });
  const client = await RawClient.open(server.url);
  assertEquals(client.answer.headers.get("sec-websocket-protocol"), null);
  const pid = pidIn(await client.text());
  await client.send("\x10x");
  assertEquals(await client.text(), "got \x10x");
  client[Symbol.dispose]();
  await untilGone(pid);
  await server.stdout.until(/DISCONNECT/);
  assertEquals(server.stdout.all.some((line) => /AWAY/.test(line)), false);
});

testEach("stdws without --resume leaves a client plain that offers a session", async (form) => {
  await using server = await TestServer.start(["--subprotocol=chat", "--echo"], { form });
  using client = await offer(server.url, "of-another-server", { subprotocols: ["chat"] });
  assertEquals(client.answer.headers.get("sec-websocket-protocol"), "chat");
  await client.send("\x10x");
  assertEquals(await client.text(), "\x10x");
  using other = await offer(server.url);
  assertEquals(other.answer.headers.get("sec-websocket-protocol"), null);
});

testEach("stdws --resume tells a client of a room how much it has missed", async (form) => {
  await using server = await TestServer.start(
    ["--resume=60s", "--resumebytes=16K", "--broadcast"],
    { form },
  );
  const away = await RawSession.begin(server.url);
  using there = await RawClient.open(server.url);
  await there.send("0");
  assertEquals([await away.text(), await there.text()], ["0", "0"]);
  away[Symbol.dispose]();
  await server.stdout.until(/AWAY/);
  for (let count = 1; count <= 100; count++) {
    await there.send(`${count}`.padEnd(960, "."));
    await there.text();
  }
  using back = await RawSession.back(server.url, away.id, 1);
  const { sent, lost = 0 } = back.greeting;
  // Sixteen of 1,024 bytes are what is kept.
  assertEquals([sent, lost], [85, 84]);
  for (let count = 85; count <= 100; count++) {
    assertEquals(Number.parseInt(await back.text()), count);
  }
  await server.stdout.until(/CONTINUE: the client is back, and has lost 84 messages$/);
  await there.send("live");
  assertEquals(await back.text(), "live");
});

testEach(
  "stdws --resume holds a program back for a client that is away, and loses nothing",
  async (form) => {
    const count = 50_000;
    await using server = await TestServer.start(
      ["--resume=60s", "--resumebytes=16K", "sh", "-c", `seq ${count}; echo done >&2`],
      { form },
    );
    const first = await RawSession.begin(server.url);
    assertEquals(await first.text(), "1");
    first[Symbol.dispose]();
    await server.stdout.until(/AWAY/);
    assertEquals(server.stdout.all.some((line) => /done$/.test(line)), false);
    using second = await RawSession.back(server.url, first.id, 1);
    for (let next = 2; next <= count; next++) {
      assertEquals(await second.text(), `${next}`);
      if (next % 64 === 0) await second.acknowledge(next);
    }
    assertEquals((await second.client.rest()).closed, "1000");
  },
);

testEach("stdws ends sessions that wait at SIGTERM", async (form) => {
  await using server = await TestServer.start(["--resume=1h", ...TELLS], { form });
  const session = await RawSession.begin(server.url);
  const pid = pidIn(await session.text());
  using there = await RawSession.begin(server.url);
  session[Symbol.dispose]();
  await server.stdout.until(/AWAY/);
  const ending = server.stop();
  await there.text();
  assertEquals(await there.client.next(), {
    kind: "close",
    code: 1001,
    reason: "Server shutting down",
  });
  await there.client.close(1001);
  assertEquals((await ending).code, 0);
  assertEquals(isAlive(pid), false);
  await server.stdout.until(/Closed by the server with 1001/);
});

testEach(
  "stdws --drain lets clients come back to their sessions, and nobody else in",
  async (form) => {
    await using server = await TestServer.start(["--drain=600", "--resume=1h", "--echo"], { form });
    const session = await RawSession.begin(server.url);
    session[Symbol.dispose]();
    await server.stdout.until(/AWAY/);
    Deno.kill(server.pid, "SIGTERM");
    await server.stdout.until(/Draining: 1 connection/);
    using refused = await RawClient.request(server.url);
    assertEquals(refused.answer.status, 503);
    using back = await RawSession.back(server.url, session.id, 0);
    await back.send("a");
    assertEquals(await back.text(), "a");
    await back.client.close();
    assertEquals((await server.child.status).code, 0);
  },
);

testEach(
  "stdws --resume counts a session once, and a client that comes back not again",
  async (form) => {
    await using server = await TestServer.start(
      ["--maxconnections=1", "--resume=60s", "--echo"],
      { form },
    );
    using first = await RawSession.begin(server.url);
    using second = await RawSession.back(server.url, first.id, 0);
    second[Symbol.dispose]();
    await server.stdout.until(/AWAY/);
    // It keeps its place while it waits.
    using refused = await RawClient.request(server.url);
    assertEquals(refused.answer.status, 503);
    using third = await RawSession.back(server.url, first.id, 0);
    await third.client.close(1000);
    await server.stdout.until(/DISCONNECT/);
    using next = await RawClient.open(server.url);
    await next.send("a");
    assertEquals(await next.text(), "a");
  },
);

testEach(
  "stdws --resume ends a session with 1002 whose client breaks the protocol",
  async (form) => {
    await using server = await TestServer.start(["--resume=60s", "--echo"], { form });
    for (
      const [said, reason] of [
        ["\x10", "A control message is no JSON"],
        ['\x10{"ack":1}', "More is acknowledged than was sent"],
      ] as const
    ) {
      using session = await RawSession.begin(server.url);
      await session.send(said);
      assertEquals((await session.client.rest()).closed, `1002 ${reason}`);
      await session.client.close(1002);
      await server.stdout.until(new RegExp(`Closed by the server with 1002 "${reason}"`));
      using back = await offer(server.url, session.id);
      assertEquals((await back.rest()).closed, "4410 The session is not known");
    }
  },
);

testBoth("stdws --resume=… refuses what cannot be", async (form) => {
  const VALUES: [option: string, code: number, expected: string][] = [
    ["--resume=forever", 1, "milliseconds, or a number with ms, s, m or h, at most 24h"],
    ["--resume=25h", 1, "milliseconds, or a number with ms, s, m or h, at most 24h"],
    ["--resumebytes=1K", 1, "bytes, or a number with K, M or G, at least 16K"],
    ["--route=/a=echo?resume=soon", 2, "milliseconds, or a number with ms, s, m or h, at most 24h"],
  ];
  for (const [option, status, expected] of VALUES) {
    const { code, stderr } = await runToEnd(["--port=0", option, "--echo"], { form });
    assertEquals(code, status, option);
    assert(stderr.includes(`expected ${expected}`), `${option}: ${stderr}`);
  }
});

testEach("stdws --resume waits for a client that answers no pings", async (form) => {
  await using server = await TestServer.start(["--resume=60s", "--pingms=100", "--echo"], { form });
  await using proxy = new CuttingProxy(server.url);
  // A real one, which answers pings when it can, and comes back again where that was too late.
  const socket = new ResumingWebSocket(proxy.url, [], { minDelay: 1, maxDelay: 20 });
  await new Promise((resolve) => socket.onopen = resolve);
  proxy.stop();
  await server.stdout.until(/AWAY/);
  proxy.go();
  await server.stdout.until(/CONTINUE/);
  const heard = new Promise<MessageEvent>((resolve) => socket.onmessage = resolve);
  socket.send("a");
  assertEquals((await heard).data, "a");
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  await closed;
});

testEach("stdws --resume tells in the log of a client that did not come back", async (form) => {
  const args = ["--resume=200ms", "sh", "-c", "echo hello; cat"];
  await using server = await TestServer.start(args, { form });
  const session = await RawSession.begin(server.url);
  assertEquals(await session.text(), "hello");
  session[Symbol.dispose]();
  await server.stdout.until(/The client did not take 5 bytes that were sent to it$/);
  await server.stdout.until(/Broke off.* after /);
});

testEach(
  "stdws --resume drops the oldest for a client that is away, and closes nobody, with --record too",
  async (form) => {
    const folder = await Deno.makeTempDir();
    try {
      await using server = await TestServer.start(
        ["--resume=60s", "--resumebytes=16K", `--record=${folder}`, "--broadcast"],
        { form },
      );
      const away = await RawSession.begin(server.url);
      using there = await RawClient.open(server.url);
      away[Symbol.dispose]();
      await server.stdout.until(/AWAY/);
      // In all more than what a client is closed for that is slow.
      const text = "x".repeat(900_000);
      for (let count = 0; count < 40; count++) {
        await there.send(text);
        assertEquals((await there.text()).length, text.length);
      }
      using back = await RawSession.back(server.url, away.id, 0);
      assertEquals([back.greeting.sent, back.greeting.lost], [39, 39]);
      assertEquals((await back.text()).length, text.length);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
