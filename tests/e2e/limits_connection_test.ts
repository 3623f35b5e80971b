import { assert, assertEquals, assertMatch } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { memoryOf, untilIdle } from "../support/processes.ts";
import { testEach, TestServer } from "../support/server.ts";

/** Reads on up to the answer to a ping that begins so; those before it need none (RFC 6455 §5.5.3). */
async function pongOf(client: RawClient, first: number): Promise<void> {
  for (;;) {
    const received = await client.next();
    assert(received.kind === "pong");
    if (received.data[0] === first) return;
  }
}

const RATES: [option: string, limit: string][] = [
  ["--messagerate=100:10", "messagerate"],
  ["--byterate=1000:100", "byterate"],
];
for (const [option, limit] of RATES) {
  Deno.test(`stdws --engine=node ${option} holds back a client that sends too fast, and loses nothing`, async () => {
    await using server = await TestServer.start([option, "--echo"], { form: "node" });
    using client = await RawClient.open(server.url);
    const begin = performance.now();
    const texts = Array.from({ length: 110 }, (_, at) => `${at}`.padStart(10, "0"));
    const sending = client.flood(texts.length, (at) => texts[at] ?? "");
    const echoes = [];
    while (echoes.length < texts.length) echoes.push(await client.text());
    const time = performance.now() - begin;
    await sending;
    assertEquals(echoes, texts);
    // Those beyond what may come at once: at this rate, and not faster.
    assert(time >= 950, `${time} ms`);
    await server.stdout.until(
      new RegExp(`The client is held back: it sends too fast \\(${limit}\\)`),
    );
    await client.close();
    await server.stdout.until(/Closed by the client with 1000/);
  });

  testEach(`stdws ${option} lets a client alone that sends no more than that`, async (form) => {
    await using server = await TestServer.start([option, "--echo"], { form });
    using client = await RawClient.open(server.url);
    for (let count = 0; count < 9; count++) {
      await client.send("0123456789");
      assertEquals(await client.text(), "0123456789");
    }
    await client.close();
    assertEquals((await client.rest()).closed, "1000");
  });

  Deno.test(`stdws --engine=native ${option} closes with 1008 whom it cannot hold back`, async () => {
    const slow = option.replace(/=\d+/, "=0.01");
    await using server = await TestServer.start([slow, "--echo"], { form: "deno run" });
    using client = await RawClient.open(server.url);
    const [{ texts, closed }] = await Promise.all([
      client.rest(),
      client.flood(100, () => "0123456789"),
    ]);
    assertEquals([texts.length, closed], [10, `1008 Sends too fast (${limit})`]);
    await server.stdout.until(new RegExp(`cannot be held back \\(${limit}\\)`));
  });
}

for (const [option, limit] of RATES) {
  Deno.test(`stdws --engine=node ${option} holds back a client that sends too many pings`, async () => {
    await using server = await TestServer.start([option, "--echo"], { form: "node" });
    using client = await RawClient.open(server.url);
    const begin = performance.now();
    for (let at = 0; at < 110; at++) await client.frame(0x89, Uint8Array.of(at, 0, 0, 0));
    await pongOf(client, 109);
    await client.send("x");
    assertEquals(await client.text(), "x");
    const time = performance.now() - begin;
    assert(time >= 950, `${time} ms`);
    await server.stdout.until(
      new RegExp(`The client is held back: it sends too fast \\(${limit}\\)`),
    );
  });
}

Deno.test("stdws --engine=node --messagerate reads no more of a flood than it passes on", async () => {
  await using server = await TestServer.start(["--messagerate=1:5", "cat"], { form: "node" });
  using client = await RawClient.open(server.url);
  using other = await RawClient.open(server.url);
  const before = memoryOf(server.pid);
  const flood = client.flood(20_000, () => "x".repeat(10_000));
  await untilIdle(server.pid);
  assert(memoryOf(server.pid) - before < 32 * 1024 * 1024);
  // Others are served meanwhile.
  await other.send("hello");
  assertEquals(await other.text(), "hello");
  client[Symbol.dispose]();
  await flood;
  await server.stdout.until(/DISCONNECT/);
});

testEach(
  "stdws --idletimeout closes who has nothing to say, and pings are no messages",
  async (form) => {
    // Who answers no ping is closed later than that, however long it takes to answer.
    const args = ["--idletimeout=2s", "--pingms=1200ms", "--echo"];
    await using server = await TestServer.start(args, { form });
    // Before the server counts: it may take a while until this client hears that it is in.
    const begin = performance.now();
    using client = await RawClient.open(server.url);
    let pings = 0;
    let received = await client.next();
    for (; received.kind === "ping"; received = await client.next()) {
      pings++;
      await client.frame(0x8a, received.data);
    }
    assertEquals(received, { kind: "close", code: 1001, reason: "Idle timeout" });
    assert(pings > 0 && performance.now() - begin >= 1_999);
    client[Symbol.dispose]();
    await server.stdout.until(/Closed by the server with 1001 "Idle timeout"/);
  },
);

const TALKS: [what: string, program: string, talk: (client: RawClient) => Promise<void>][] = [
  [
    "sends",
    'while read -r line; do [ "$line" != end ] || echo end; done',
    async (client) => {
      await client.send("more");
      await new Promise((resolve) => setTimeout(resolve, 50));
    },
  ],
  ["is sent something", "while sleep 0.1; do echo end; done", async (client) => {
    assertEquals(await client.text(), "end");
  }],
];
for (const [what, program, talk] of TALKS) {
  testEach(`stdws --idletimeout keeps who ${what}, for longer than who does not`, async (form) => {
    const args = ["--idletimeout=3s", "--route=/silent=echo", "sh", "-c", program];
    await using server = await TestServer.start(args, { form });
    using client = await RawClient.open(server.url);
    using silent = await RawClient.open(`${server.url}silent`);
    let isOver = false;
    const over = silent.rest().then(({ closed }) => {
      isOver = true;
      return closed;
    });
    while (!isOver) await talk(client);
    assertEquals(await over, "1001 Idle timeout");
    await client.send("end");
    assertEquals(await client.text(), "end");
  });
}

testEach("stdws --maxlifetime closes whoever is there, and ends its program", async (form) => {
  const args = ["--maxlifetime=2s", "sh", "-c", "while echo tick; do sleep 0.05; done"];
  await using server = await TestServer.start(args, { form });
  const begin = performance.now();
  using client = await RawClient.open(server.url);
  const { texts, closed } = await client.rest();
  assertEquals(closed, "1001 Maximum lifetime reached");
  assert(texts.length > 0 && performance.now() - begin >= 1_999);
  client[Symbol.dispose]();
  assertMatch(
    await server.stdout.until(/Closed by the server with 1001/),
    /"Maximum lifetime reached"/,
  );
});

testEach("stdws has a rate and a time for a route, in place of the server's", async (form) => {
  const args = [
    "--idletimeout=300",
    "--messagerate=0.01:1",
    "--route=/free=echo?idletimeout=forever&messagerate=0",
    "--route=/short=echo?maxlifetime=100&idletimeout=0",
    "--echo",
  ];
  await using server = await TestServer.start(args, { form });
  using free = await RawClient.open(`${server.url}free`);
  using short = await RawClient.open(`${server.url}short`);
  assertEquals((await short.rest()).closed, "1001 Maximum lifetime reached");
  using idle = await RawClient.open(server.url);
  assertEquals((await idle.rest()).closed, "1001 Idle timeout");
  for (let count = 0; count < 10; count++) {
    await free.send("hello");
    assertEquals(await free.text(), "hello");
  }
});
