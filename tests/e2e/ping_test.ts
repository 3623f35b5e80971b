import { assert, assertEquals } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { type Form, testEach, TestServer } from "../support/server.ts";

/** Waits for a ping and answers it. */
async function answerPing(client: RawClient): Promise<void> {
  const received = await client.next();
  assertEquals(received.kind, "ping");
  if (received.kind === "ping") await client.frame(0x8a, received.data);
}

/** The next text, whatever pings come before it; they are not answered. */
async function textAfterPings(client: RawClient): Promise<string> {
  for (;;) {
    const received = await client.next();
    if (received.kind === "text") return received.data;
    assertEquals(received.kind, "ping");
  }
}

/** Tells the time by the pings of a server of its own, four a second, while `go` wants to. */
async function ticks(form: Form, most: number, go: () => boolean | Promise<boolean>) {
  await using server = await TestServer.start(["--pingms=250", "--echo"], { form });
  using clock = await RawClient.open(server.url);
  for (let count = 0; count < most && await go(); count++) await answerPing(clock);
}

testEach("stdws --pingms keeps a client that answers", async (form) => {
  await using server = await TestServer.start(["--pingms=250", "cat"], { form });
  using client = await RawClient.open(server.url);
  for (let count = 0; count < 5; count++) await answerPing(client);
  await client.send("still here");
  assertEquals(await textAfterPings(client), "still here");
  assert(!server.stdout.all.some((line) => line.includes("DISCONNECT")));
});

testEach("stdws --pingms keeps a client whose messages keep coming", async (form) => {
  await using server = await TestServer.start(["--pingms=500", "--echo"], { form });
  using client = await RawClient.open(server.url);
  let sent = 0;
  // Twice as long as it may be silent.
  await ticks(form, 8, async () => {
    await client.send(`message ${++sent}`);
    assertEquals(await textAfterPings(client), `message ${sent}`);
    return true;
  });
  assertEquals(sent, 8);
});

testEach("stdws --pingms drops a client that is silent for twice that", async (form) => {
  const args = ["--pingms=50", "--loglevel=debug", "sh", "-c", "echo $$; exec cat"];
  await using server = await TestServer.start(args, { form });
  const start = performance.now();
  using silent = await RawClient.open(server.url);
  const pid = await textAfterPings(silent);
  assertEquals((await silent.next()).kind, "ping");
  assertEquals((await silent.next()).kind, "close");
  const time = performance.now() - start;
  assert(time >= 99, `dropped after ${time} ms`);
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
  await using off = await TestServer.start(["--pingms=50", "--pingms=0", "--echo"], { form });
  using one = await RawClient.open(without.url);
  using two = await RawClient.open(off.url);
  await ticks(form, 2, () => true);
  for (const client of [one, two]) {
    await client.send("first");
    assertEquals(await client.text(), "first");
  }
});
