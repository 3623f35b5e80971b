import { assert, assertEquals } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { testEach, TestServer } from "../support/server.ts";

/** Waits for a ping and answers it. */
async function answerPing(client: RawClient): Promise<void> {
  const received = await client.next();
  assertEquals(received.kind, "ping");
  if (received.kind === "ping") await client.frame(0x8a, received.data);
}

/** The next text, whatever pings come before it; they are answered. */
async function textAfterPings(client: RawClient): Promise<string> {
  for (;;) {
    const received = await client.next();
    if (received.kind === "text") return received.data;
    assertEquals(received.kind, "ping");
    if (received.kind === "ping") await client.frame(0x8a, received.data);
  }
}

// It is for as long that nobody who is to be kept may stand still, a test on a machine that is busy included.
const KEEPING = "--pingms=1000";

testEach("stdws --pingms keeps a client that answers", async (form) => {
  await using server = await TestServer.start([KEEPING, "cat"], { form });
  using client = await RawClient.open(server.url);
  // Longer than it may be silent.
  for (let count = 0; count < 3; count++) await answerPing(client);
  await client.send("still here");
  assertEquals(await textAfterPings(client), "still here");
  assert(!server.stdout.all.some((line) => line.includes("DISCONNECT")));
});

testEach("stdws --pingms keeps a client whose messages keep coming", async (form) => {
  await using server = await TestServer.start([KEEPING, "--echo"], { form });
  using client = await RawClient.open(server.url);
  // Longer than it may be silent.
  for (let pings = 0; pings < 3; pings++) {
    assertEquals((await client.next()).kind, "ping");
    await client.send(`message ${pings}`);
    assertEquals(await client.text(), `message ${pings}`);
  }
});

testEach("stdws --pingms drops a client that is silent for twice that", async (form) => {
  const args = ["--pingms=250", "--loglevel=debug", "sh", "-c", "echo $$; exec cat"];
  await using server = await TestServer.start(args, { form });
  using silent = await RawClient.open(server.url);
  const line = await server.stdout.until(/ CONNECT$/);
  const [, pid] = /pid:'(\d+)'/.exec(line) ?? [];
  const kinds: string[] = [];
  while (kinds.at(-1) !== "close") kinds.push((await silent.next()).kind);
  const pings = kinds.filter((kind) => kind === "ping").length;
  // What waited for it at the first may have gone out since.
  assert(pings === 1 || pings === 2, kinds.join());
  await server.stdout.until(new RegExp(`pid:'${pid}' \\| DISCONNECT$`));
  await server.stdout.until(new RegExp(`Process ${pid} terminated`));
});

testEach("stdws --pingms drops a client that does not read what waits for it", async (form) => {
  // Long lines, so that the first ping already has to wait behind them.
  const program = ["yes", "x".repeat(1000)];
  await using server = await TestServer.start(["--pingms=50", ...program], { form });
  using _stuck = await RawClient.open(server.url);
  await server.stdout.until(/ DISCONNECT$/);
});

testEach("stdws sends no pings without --pingms, nor with 0", async (form) => {
  await using without = await TestServer.start(["--echo"], { form });
  const args = ["--pingms=50", "--pingms=0", "--route=/=echo", "--route=/pings=echo?pingms=50"];
  await using off = await TestServer.start(args, { form });
  using one = await RawClient.open(without.url);
  using two = await RawClient.open(off.url);
  // While others of the same server have some.
  for (let visits = 0; visits < 2; visits++) {
    using pinged = await RawClient.open(`${off.url}pings`);
    let kind = (await pinged.next()).kind;
    assertEquals(kind, "ping");
    // It answers none, so that it is dropped then, however slow it is.
    while (kind === "ping") kind = (await pinged.next()).kind;
    assertEquals(kind, "close");
  }
  for (const client of [one, two]) {
    await client.send("first");
    assertEquals(await client.text(), "first");
  }
});
