import { assert, assertEquals, assertMatch } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { HttpClient } from "../support/http_client.ts";
import { ask, events, httpUrl, post } from "../support/http_routes.ts";
import { memoryOf, pidIn, untilGone, untilIdle } from "../support/processes.ts";
import { type Form, testEach, TestServer } from "../support/server.ts";

const STREAM = "GET /?stream\n\n";

/** The ways of asking, each by a request. */
const WAYS: Record<string, string> = { events: events("/"), stream: STREAM, post: post("/", "a") };

function start(form: Form, ...args: string[]): Promise<TestServer> {
  return TestServer.start(args, { form });
}

/** Opens a connection, of which the answer has begun. */
async function open(server: TestServer, request: string): Promise<HttpClient> {
  const client = await HttpClient.connect(httpUrl(server));
  await client.send(request);
  assertEquals((await client.head()).status, 200);
  return client;
}

testEach("stdws --maxconnections counts who has no WebSocket as well", async (form) => {
  await using server = await start(form, "--maxconnections=1", "--route=/=process?http=true cat");
  using first = await open(server, events("/"));
  for (const request of Object.values(WAYS)) {
    const { status, headers } = await ask(server, request);
    assertEquals([status, headers.get("retry-after")], [503, "5"]);
  }
  using refused = await RawClient.request(server.url);
  assertEquals(refused.answer.status, 503);
  first[Symbol.dispose]();
  while ((await ask(server, post("/", "a"))).status !== 200);
  await server.stdout.until(/Too many connections: there may be 1 \(maxconnections\)/);
}, ["cat"]);

testEach("stdws --maxconnections counts who is away, and whose session waits", async (form) => {
  const route = "--route=/=process?http=true&resume=60s cat";
  await using server = await start(form, "--maxconnections=1", route);
  using first = await open(server, events("/"));
  first[Symbol.dispose]();
  await server.stdout.until(/AWAY: the session waits for its client/);
  // Behind what is about the answer to that.
  await ask(server, "OPTIONS /\n\n");
  for (const request of Object.values(WAYS)) assertEquals((await ask(server, request)).status, 503);
  using refused = await RawClient.request(server.url);
  assertEquals(refused.answer.status, 503);
}, ["cat"]);

testEach("stdws asks the limits of a route for who has no WebSocket, once", async (form) => {
  const args = [
    "--route=/few=process?http=true&maxconnections=1 cat",
    "--route=/rare=echo?http=true&connectrate=0.001:2",
    "--route=/forks=process?http=true cat",
    "--maxforks=1",
  ];
  await using server = await start(form, ...args);
  using first = await open(server, "GET /few?stream\n\n");
  assertEquals((await ask(server, post("/few", "a"))).status, 503);
  // The one process that may be.
  assertEquals((await ask(server, post("/forks", "a"))).status, 429);
  const rare = [1, 2, 3].map(async () => (await ask(server, post("/rare", "a"))).status);
  assertEquals((await Promise.all(rare)).toSorted(), [200, 200, 429]);
  first[Symbol.dispose]();
}, ["cat"]);

testEach("stdws --auth lets nobody in without a WebSocket either", async (form) => {
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(file, "jane:0123456789abcdef0123\n");
    const program = `sh -c 'echo "$REMOTE_USER"; cat >/dev/null'`;
    await using server = await start(
      form,
      `--auth=token:${file}`,
      `--route=/=process?http=true ${program}`,
    );
    for (const [way, request] of Object.entries(WAYS)) {
      assertEquals((await ask(server, request)).status, 401, way);
      const known = request.replace("\n", "\nAuthorization: Bearer 0123456789abcdef0123\n");
      using client = await open(server, known);
      await client.until("jane\n");
    }
  } finally {
    await Deno.remove(file);
  }
}, ["sh", "cat"]);

testEach(
  "stdws --origin is asked for who has no WebSocket, and shares with whom it lists",
  async (form) => {
    const args = ["--origin=https://a.example", "--route=/=echo?http=true"];
    await using server = await start(form, ...args);
    const withHeaders = (request: string, ...headers: string[]) =>
      request.replace("\n", `\n${headers.join("\n")}\n`);
    for (const [way, request] of Object.entries(WAYS)) {
      assertEquals((await ask(server, request)).status, 403, way);
      const other = withHeaders(request, "Origin: https://b.example");
      assertEquals((await ask(server, other)).status, 403, way);
      using client = await HttpClient.connect(httpUrl(server));
      await client.send(withHeaders(request, "Origin: https://a.example"));
      const { status, headers } = await client.head();
      assertEquals([status, headers.get("access-control-allow-origin")], [
        200,
        "https://a.example",
      ]);
    }
    const preflight = "OPTIONS /\nAccess-Control-Request-Method: POST\nOrigin: https://";
    const asked = await ask(server, `${preflight}a.example\n\n`);
    assertEquals([asked.status, asked.headers.get("access-control-allow-methods")], [
      204,
      "GET, POST",
    ]);
    assertEquals((await ask(server, `${preflight}b.example\n\n`)).status, 403);
    await server.stdout.until(/Origin 'https:\/\/b\.example' is not allowed/);
  },
);

testEach("stdws ends the process of a client that leaves while nothing is sent", async (form) => {
  await using server = await start(
    form,
    "--route=/=process?http=true sh -c 'echo $$ up; cat; sleep 600'",
  );
  for (const request of [events("/"), STREAM]) {
    using client = await open(server, request);
    const text = await client.until("up\n");
    const pid = pidIn(/(\d+) up\n/.exec(text)?.[1] ?? "");
    client[Symbol.dispose]();
    await untilGone(pid);
  }
  // One that leaves before there is any answer.
  using client = await HttpClient.connect(httpUrl(server));
  await client.send("POST /\nContent-Length: 5\n\nhel");
  await server.stdout.until(/transport:'post' \| CONNECT$/);
  client[Symbol.dispose]();
  await server.stdout.until(/transport:'post' \| Broke off .*after/);
}, ["sh", "cat", "sleep"]);

for (const [way, request] of Object.entries({ events: events("/"), stream: STREAM })) {
  testEach(`stdws holds a program back whose client does not read its ${way}`, async (form) => {
    await using server = await start(form, "--route=/=process?http=true sh -c 'echo $$; exec yes'");
    using client = await open(server, request);
    const text = await client.until("y\n");
    const pid = pidIn(/(\d+)\n/.exec(text.replace(/retry: \d+/, ""))?.[1] ?? "");
    await untilIdle(pid);
    const held = memoryOf(server.pid);
    assert(held < 400_000_000, `${held}`);
    // It goes on for whom reads.
    let read = 0;
    while (read < 20_000_000) read += (await client.part())?.length ?? NaN;
    client[Symbol.dispose]();
    await untilGone(pid);
    assertMatch(text, /y/);
  }, ["sh", "yes"]);
}

testEach(
  "stdws holds a client back whose program does not read, or closes with 1013",
  async (form) => {
    const program = "sh -c 'echo $$; exec sleep 600'";
    // Where the engine holds it back, nothing else tells.
    const idle = form === "node" ? "&idletimeout=2s" : "";
    await using server = await start(
      form,
      `--route=/=process?http=true&framing=binary${idle} ${program}`,
    );
    using client = await open(server, "POST /\nTransfer-Encoding: chunked\n\n");
    const pid = pidIn(await client.until("\n"));
    const chunk = `10000\r\n${"x".repeat(0x10000)}\r\n`;
    let sent = 0;
    const sending = (async () => {
      for (;; sent += chunk.length) await client.write(chunk);
    })().catch(() => {});
    // Where the engine cannot hold it back, it says so.
    if (form === "node") await server.stdout.until(/with 1001 "Idle timeout"/);
    else await server.stdout.until(/with 1013 "Input comes faster than the process reads it/);
    assert(sent < 100_000_000, `${sent}`);
    client[Symbol.dispose]();
    await sending;
    await untilGone(pid);
  },
  ["sh", "sleep"],
);

testEach("stdws tells who has no WebSocket that it is shutting down", async (form) => {
  await using server = await start(
    form,
    "--route=/=process?http=true sh -c 'echo up; exec sleep 600'",
  );
  using sent = await open(server, events("/"));
  await sent.until("up\n\n");
  using streamed = await open(server, STREAM);
  await streamed.until("up\n");
  server.child.kill("SIGTERM");
  await sent.until('event: close\ndata: {"code":1001,"reason":"Server shutting down"}\n\n');
  assertEquals(await sent.part(), "");
  assertEquals(await streamed.part(), undefined);
  assertEquals((await server.child.status).code, 0);
}, ["sh", "sleep"]);

testEach("stdws --drain waits for who has no WebSocket", async (form) => {
  await using server = await start(form, "--drain=600", "--route=/=echo?http=true");
  using client = await open(server, events("/"));
  await client.until("retry");
  server.child.kill("SIGTERM");
  await server.stdout.until(/Draining: 1 connection/);
  for (const request of Object.values(WAYS)) assertEquals((await ask(server, request)).status, 503);
  client[Symbol.dispose]();
  assertEquals((await server.child.status).code, 0);
});

testEach("stdws ends who has no WebSocket by --idletimeout and --maxlifetime", async (form) => {
  const args = [
    "--route=/idle=echo?http=true&idletimeout=200ms",
    "--route=/life=process?http=true&maxlifetime=200ms yes",
  ];
  await using server = await start(form, ...args);
  using idle = await open(server, events("/idle"));
  await idle.until('event: close\ndata: {"code":1001,"reason":"Idle timeout"}\n\n');
  using life = await open(server, events("/life"));
  await life.until('event: close\ndata: {"code":1001,"reason":"Maximum lifetime reached"}\n\n');
}, ["yes"]);
