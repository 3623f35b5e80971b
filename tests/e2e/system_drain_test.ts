import { assertEquals, assertMatch } from "@std/assert";
import { RawClient, type Received } from "../support/client.ts";
import { HttpClient } from "../support/http_client.ts";
import { testEach, TestServer } from "../support/server.ts";
import { AdminServer } from "./admin_server.ts";

/** Long enough that it is never over in a test. */
const LONG = "--drain=600";
const PAGE = ["--route=/page/*=static tests/support", "--route=/=echo"];

async function echoes(client: RawClient): Promise<boolean> {
  await client.send("hello");
  return await client.text() === "hello";
}

async function closeOf(client: RawClient): Promise<Received> {
  const close = await client.next();
  await client.close(1001);
  return close;
}

testEach("stdws --drain takes no new connections, and ends with the last one", async (form) => {
  await using server = await TestServer.start([LONG, ...PAGE], { form });
  using client = await RawClient.open(server.url);
  using other = await RawClient.open(server.url);
  Deno.kill(server.pid, "SIGTERM");
  const line = await server.stdout.until(/Draining/);
  assertMatch(line, /Draining: 2 connections may take 10 min 0 s, and no new ones are taken$/);
  assertEquals(await echoes(client), true);

  using refused = await RawClient.request(server.url);
  assertEquals(refused.answer.status, 503);
  assertMatch(refused.answer.headers.get("retry-after") ?? "", /^\d+$/);
  await server.stdout.until(/ status:'503'.* Unable to Upgrade: The server is draining$/);
  // Whoever balances the load has to be answered.
  const page = await HttpClient.ask(server.url.replace("ws", "http"), "GET /page/server.ts");
  assertEquals([page.status, page.headers.get("connection"), page.whole], [200, "close", true]);

  await client.close();
  assertEquals(await echoes(other), true);
  await other.close();
  assertEquals((await server.child.status).code, 0);
  await server.stdout.until(/Shutting down$/);
});

testEach("stdws --drain ends at once where nobody is connected", async (form) => {
  await using server = await TestServer.start([LONG, "--echo"], { form });
  Deno.kill(server.pid, "SIGTERM");
  assertEquals((await server.child.status).code, 0);
  await server.stdout.until(/Draining: 0 connections/);
});

testEach("stdws --drain waits for an answer that is under way", async (form) => {
  const routes = ["--route=/upload=module tests/e2e/system_drain_upload.js"];
  await using server = await TestServer.start([LONG, ...routes], { form });
  using client = await HttpClient.connect(server.url.replace("ws", "http"));
  await client.send("POST /upload\nContent-Length: 10\n\nhello");
  assertEquals([(await client.head()).status, await client.part()], [200, "hello"]);
  Deno.kill(server.pid, "SIGTERM");
  await server.stdout.until(/Draining: 0 connections and 1 request may take/);
  await client.write("world");
  assertEquals([await client.part(), await client.part()], ["world", ""]);
  assertEquals((await server.child.status).code, 0);
});

const CODES: [args: string[], code: number, reason: string][] = [
  [[], 1001, "Server shutting down"],
  [["--shutdown-code=1001"], 1001, "Server shutting down"],
  [["--shutdown-code=1012"], 1012, "Server restarting"],
];
for (const [args, code, reason] of CODES) {
  const title = ["stdws --drain=0.2", ...args].join(" ");
  testEach(`${title} closes with ${code} who is there after that time`, async (form) => {
    const all = ["--drain=0.2", ...args, "--route=/echo=echo", "--route=/cat=process cat"];
    await using server = await TestServer.start(all, { form });
    using client = await RawClient.open(`${server.url}echo`);
    using program = await RawClient.open(`${server.url}cat`);
    Deno.kill(server.pid, "SIGTERM");
    const closes = await Promise.all([closeOf(client), closeOf(program)]);
    assertEquals(closes, Array(2).fill({ kind: "close", code, reason }));
    assertEquals((await server.child.status).code, 0);
    await server.stdout.until(/The time is over for 2 connections$/);
  });
}

testEach("stdws --shutdown-code=1012 is for an end without --drain, too", async (form) => {
  await using server = await TestServer.start(["--shutdown-code=1012", "--echo"], { form });
  using client = await RawClient.open(server.url);
  Deno.kill(server.pid, "SIGTERM");
  const close = await closeOf(client);
  assertEquals(close, { kind: "close", code: 1012, reason: "Server restarting" });
});

testEach("stdws --drain ends at once at a second SIGTERM", async (form) => {
  await using server = await TestServer.start([LONG, "--echo"], { form });
  using _client = await RawClient.open(server.url);
  Deno.kill(server.pid, "SIGTERM");
  await server.stdout.until(/Draining/);
  Deno.kill(server.pid, "SIGTERM");
  assertEquals((await server.child.status).code, 143);
});

testEach("stdws --drain does not hold up the end by Ctrl-C", async (form) => {
  await using server = await TestServer.start([LONG, "--echo"], { form });
  using client = await RawClient.open(server.url);
  Deno.kill(server.pid, "SIGINT");
  const close = await closeOf(client);
  assertEquals(close.kind === "close" && close.code, 1001);
  assertEquals((await server.child.status).code, 0);
});

testEach("stdws --drain has a handshake that is under way refused", async (form) => {
  const args = [LONG, "--route=/slow=module tests/e2e/system_drain_slow.js", "--route=/=echo"];
  await using server = await TestServer.start(args, { form });
  using client = await RawClient.open(server.url);
  const slow = RawClient.request(`${server.url}slow`);
  await server.stdout.until(/asked/);
  Deno.kill(server.pid, "SIGTERM");
  await server.stdout.until(/Draining/);
  using answer = await slow;
  assertEquals(answer.answer.status, 503);
  await client.close();
  assertEquals((await server.child.status).code, 0);
});

testEach("stdws --drain turns /readyz, and leaves /healthz as it is", async (form) => {
  await using admin = await AdminServer.start([LONG, "--echo"], form);
  const { server } = admin;
  assertEquals((await admin.ask("/readyz")).status, 200);
  using client = await RawClient.open(server.url);
  Deno.kill(server.pid, "SIGTERM");
  await server.stdout.until(/Draining/);
  const { status, text } = await admin.ask("/readyz");
  assertEquals(status, 503);
  assertMatch(text, /^accepting: it is draining$/m);
  assertEquals((await admin.ask("/healthz")).status, 200);
  await client.close();
  assertEquals((await server.child.status).code, 0);
});
