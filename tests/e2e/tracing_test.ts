import { assert, assertEquals, assertMatch } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { Collector, type Span } from "../support/collector.ts";
import { HttpClient } from "../support/http_client.ts";
import { Scripts } from "../support/scripts.ts";
import { type Form, TestServer, testTable } from "../support/server.ts";
import { PLAIN } from "./serving.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const CALLER = "b7ad6b7169203331";
const TRACEPARENT = `00-${TRACE}-${CALLER}-01`;

/** Has a server export its traces, and looks at them when it has ended. */
async function traced(
  form: Form,
  args: readonly string[],
  visit: (server: TestServer) => Promise<void>,
): Promise<Collector> {
  await using collector = new Collector();
  await using server = await TestServer.start(args, { form, env: collector.env });
  await visit(server);
  await server.stop();
  return collector;
}

/** Tests both engines; in the executable it is decided when that is made whether it exports anything. */
function testTraced(name: string, test: (form: Form) => Promise<void>): void {
  for (const form of ["deno run", "node"] as const) {
    Deno.test(`${name} [${form}]`, () => test(form));
  }
}

/** A connection in a trace, with secrets where a client can have them. */
function comeIn({ url }: TestServer, target: string): Promise<RawClient> {
  return RawClient.open(url, {
    target: `${target}?access_token=hush`,
    headers: {
      traceparent: TRACEPARENT,
      tracestate: "a=1",
      "User-Agent": "tester",
      Authorization: "Bearer hush",
      Cookie: "session=hush",
    },
  });
}

/** What the runtime itself exports on the engine `native`, nobody can keep it from. */
function expectNoSecret({ text }: Collector, form: Form): void {
  const own = form === "node" ? text : text.replaceAll("access_token=hush", "");
  assert(!own.includes("hush"), text);
}

async function leave(client: RawClient): Promise<void> {
  await client.rest();
  await client.close();
}

/** The facts of a span that are not of this run alone. */
function factsOf({ attributes }: Span): Record<string, unknown> {
  const { "network.peer.port": _, "server.port": __, "process.pid": pid, ...facts } = attributes;
  assert(pid === undefined || Number(pid) > 1);
  return facts;
}

const REQUEST = {
  "http.request.method": "GET",
  "url.scheme": "http",
  "server.address": "127.0.0.1",
  "client.address": "127.0.0.1",
  "network.peer.address": "127.0.0.1",
};

testTraced("stdws traces a connection and its program below the caller", async (form) => {
  const program = 'echo "$TRACEPARENT $TRACESTATE"; read -r code; exit "$code"';
  let line: string | undefined;
  const route = `--route=/run=process sh -c '${program}' {access_token:[a-z]+}`;
  const collector = await traced(form, [route], async (server) => {
    using client = await comeIn(server, "/run");
    line = await client.text();
    await client.send("3");
    await leave(client);
  });
  const connection = collector.one(({ name }) => name === "websocket /run");
  const process = collector.one(({ scope, kind }) => scope === "stdws" && kind === "client");
  assertEquals(line, `00-${TRACE}-${process.spanId}-01 a=1`);

  // The runtime has a span of the handshake on the engine `native` alone.
  const isNative = form === "deno run";
  const runtime = collector.spans.filter(({ scope }) => scope === "deno");
  assertEquals(runtime.map(({ name }) => name), isNative ? ["GET /run"] : []);
  const [handshake = connection] = runtime;
  assertEquals(handshake.kind, "server");
  assertEquals(handshake.parentSpanId, CALLER);
  if (isNative) {
    assertEquals([connection.kind, connection.parentSpanId], ["internal", handshake.spanId]);
    assertEquals(handshake.attributes["http.route"], "/run");
    assertEquals(handshake.attributes["client.address"], "127.0.0.1");
  }
  assertEquals(factsOf(connection), {
    ...REQUEST,
    "url.path": "/run",
    "user_agent.original": "tester",
    "http.route": "/run",
    "http.response.status_code": 101,
    "stdws.close.code": 4003,
    "stdws.closed_by": "program",
    "stdws.messages.in": 1,
    "stdws.bytes.in": 1,
    "stdws.messages.out": 1,
    "stdws.bytes.out": 59,
    "error.type": "4003",
  });
  assert(connection.failed);

  assertEquals([process.parentSpanId, process.failed], [connection.spanId, true]);
  const { "process.executable.path": path, ...facts } = factsOf(process);
  assertMatch(String(path), /^\/\S*sh$/);
  assertEquals(facts, {
    "process.executable.name": String(path).split("/").at(-1),
    "process.exit.code": 3,
    "error.type": "3",
  });
  for (const { traceId } of collector.spans) assertEquals(traceId, TRACE);
  expectNoSecret(collector, form);
});

testTraced("stdws tells a program that its caller gathers no trace", async (form) => {
  const route = "--route=/run=process sh -c 'echo \"$TRACEPARENT\"'";
  await traced(form, [route], async (server) => {
    using client = await RawClient.open(server.url, {
      target: "/run",
      headers: { traceparent: TRACEPARENT.replace(/01$/, "00") },
    });
    assertMatch(await client.text(), new RegExp(`^00-${TRACE}-(?!${CALLER})\\w{16}-00$`));
    await leave(client);
  });
});

testTraced("stdws says at the start where the runtime exports queries", async (form) => {
  await using collector = new Collector();
  const args = ["--echo", "--address=[::1]", "--admin=127.0.0.1:0"];
  await using server = await TestServer.start(args, { form, env: collector.env });
  const warnings = server.stdout.all.filter((line) => /Warning: .*exports the query/.test(line));
  assertEquals(warnings.length, form === "deno run" ? 1 : 0);
});

testTraced("stdws traces a program that it had to end as none that failed", async (form) => {
  // Behind the first signal, it has the time to end of that.
  const program = "process?closems=1000 sh -c 'echo x; cat; while :; do sleep 1; done'";
  const collector = await traced(form, [`--route=/run=${program}`], async (server) => {
    using client = await comeIn(server, "/run");
    await client.text();
    await client.close(1000);
    await server.stdout.until(/Closed by/);
  });
  const process = collector.one(({ scope, kind }) => scope === "stdws" && kind === "client");
  assertEquals([process.failed, process.attributes["process.exit.code"]], [false, 130]);
  const connection = collector.one(({ name }) => name === "websocket /run");
  assertEquals([connection.failed, connection.attributes["stdws.closed_by"]], [false, "client"]);
});

testTraced("stdws traces a handshake that it refuses", async (form) => {
  const collector = await traced(
    form,
    ["--route=/no=echo", "--origin=example.com"],
    async (server) => {
      using client = await RawClient.request(server.url, {
        target: "/no?access_token=hush",
        headers: { traceparent: TRACEPARENT },
      });
      assertEquals(client.answer.status, 403);
    },
  );
  // Of one that the runtime has a span of, there is no second one.
  const { length } = collector.spans;
  assertEquals(length, 1);
  const refused = collector.one(({ kind }) => kind === "server");
  assertEquals([refused.traceId, refused.parentSpanId, refused.failed], [TRACE, CALLER, false]);
  assertEquals(Number(refused.attributes["http.response.status_code"]), 403);
  assertEquals(refused.attributes["http.route"], "/no");
  expectNoSecret(collector, form);
});

testTraced("stdws traces each request apart, and a CGI script below its own", async (form) => {
  await using pages = await Scripts.write({ "file.txt": "text" });
  await using scripts = await Scripts.write({ script: `${PLAIN}; echo "$TRACEPARENT"` });
  const args = [`--staticdir=${pages.folder}`, `--cgidir=${scripts.folder}`];
  let said = "";
  const collector = await traced(form, args, async ({ url }) => {
    for (const target of ["/file.txt", "/nothing"]) {
      await HttpClient.ask(url, `GET ${target}?access_token=hush\ntraceparent: ${TRACEPARENT}`);
    }
    said = (await HttpClient.ask(url, "GET /script?access_token=hush")).body;
    await HttpClient.ask(url, "GET /file.txt");
    await HttpClient.ask(url, `GET /%ff%0?access_token=hush`);
  });
  const at = (path: string) =>
    collector.spans.filter(({ scope, attributes }) => {
      return scope === (form === "node" ? "stdws" : "deno") && attributes["url.path"] === path;
    });
  const [first, later] = at("/file.txt");
  assertEquals([first?.traceId, first?.parentSpanId, first?.name], [TRACE, CALLER, "GET *"]);
  assertEquals(first?.attributes["http.route"], "*");
  const [script] = at("/script");
  const process = collector.one(({ name }) => name === "script");
  assertEquals([process.traceId, process.parentSpanId], [script?.traceId, script?.spanId]);
  assertEquals(said, `00-${process.traceId}-${process.spanId}-01\n`);
  assertEquals([script?.parentSpanId, later?.parentSpanId], ["", ""]);
  const traces = new Set([TRACE, script?.traceId, later?.traceId]);
  assertEquals(traces.size, 3);
  expectNoSecret(collector, form);
});

testTraced("stdws traces a shared program in a trace of its own", async (form) => {
  let line: string | undefined;
  const route = "--route=/all=shared sh -c 'echo \"$TRACEPARENT\"; cat'";
  const collector = await traced(form, [route], async (server) => {
    using client = await comeIn(server, "/all");
    line = await client.text();
    await client.close(1000);
    await server.stdout.until(/Closed by/);
  });
  const process = collector.one(({ kind, scope }) => scope === "stdws" && kind === "client");
  assertEquals(process.parentSpanId, "");
  assertEquals(line, `00-${process.traceId}-${process.spanId}-01`);
  assert(process.traceId !== TRACE);
});

const CONTEXTS: [headers: Record<string, string>, said: string][] = [
  [{ traceparent: TRACEPARENT, tracestate: "a=1,b=2" }, `${TRACEPARENT} a=1,b=2`],
  [{ traceparent: TRACEPARENT.replace(/1$/, "0") }, `${TRACEPARENT.replace(/1$/, "0")} `],
  [{ traceparent: "x; rm -rf /", tracestate: "a=1" }, " "],
  [{}, " "],
];
const testContext = testTable();
for (const [headers, said] of CONTEXTS) {
  const name = headers.traceparent ?? "no trace";
  testContext(`stdws without tracing passes on ${name}`, async (form) => {
    const program = ["sh", "-c", 'echo "$TRACEPARENT $TRACESTATE"'];
    await using server = await TestServer.start(program, { form });
    using client = await RawClient.open(server.url, { headers });
    assertEquals(await client.text(), said);
    await leave(client);
  });
}
