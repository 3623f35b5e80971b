import { assert, assertEquals, assertMatch } from "@std/assert";
import { Certificates, sslOptions } from "../support/certificates.ts";
import { RawClient } from "../support/client.ts";
import { HttpClient } from "../support/http_client.ts";
import { ask, events, httpUrl, post } from "../support/http_routes.ts";
import { Lines } from "../support/lines.ts";
import { isAlive, pidIn, untilGone } from "../support/processes.ts";
import { runToEnd, testEach, TestServer } from "../support/server.ts";

/** The output and the exit code of curl. */
async function curl(...args: string[]): Promise<string> {
  const options = ["-sN", "--max-time", "60", ...args];
  const { code, stdout } = await new Deno.Command("curl", { args: options }).output();
  return `${new TextDecoder().decode(stdout)}(${code})`;
}

function route(path: string, handler: string): string {
  return `--route=${path}=${handler}`;
}

testEach("stdws http=true breaks off what fails before it has said anything", async (form) => {
  const program = "sh -c 'exit 3'";
  await using server = await TestServer.start([route("/", `process?http=true ${program}`)], {
    form,
  });
  assertEquals(await curl(`${httpUrl(server)}?stream`), "(18)");
}, ["curl", "sh"]);

testEach("stdws http=true shows lines to curl as they come, until it leaves", async (form) => {
  const program = `sh -c "echo $$; echo 'ü 2'; exec sleep 600"`;
  await using server = await TestServer.start([route("/", `process?http=true ${program}`)], {
    form,
  });
  const child = new Deno.Command("curl", {
    args: ["-sN", `${httpUrl(server)}?stream`],
    stdout: "piped",
  }).spawn();
  const lines = new Lines(child.stdout);
  await lines.until(/ü 2/);
  const pid = pidIn(lines.all[0] ?? "");
  await server.stdout.until(/transport:'stream' \| CONNECT$/);
  child.kill();
  await Promise.all([child.status, lines.ended]);
  await untilGone(pid);
  await server.stdout.until(/transport:'stream' \| Broke off after /);
}, ["curl", "sh"]);

/** What comes of a program by `?stream`, and as the answer to a POST. */
const ENDS: [program: string, stream: string, posted: string][] = [
  ["seq 2", "1\n2\n(0)", "200 1\n2\n(0)"],
  ["sh -c 'seq 2; exit 3'", "1\n2\n(18)", "200 1\n2\n(18)"],
  ["sh -c 'exit 0'", "(0)", "200 (0)"],
];
for (const [program, stream, posted] of ENDS) {
  testEach(`stdws http=true says how ${program} ends by the end of the body`, async (form) => {
    await using server = await TestServer.start([route("/", `process?http=true ${program}`)], {
      form,
    });
    const url = httpUrl(server);
    assertEquals(await curl(`${url}?stream`), stream);
    assertEquals(await curl("-d", "", "-w", "%{stderr}%{http_code}", url), posted.slice(4));
    assertEquals((await HttpClient.ask(url, post("/", ""))).status, 200);
  }, ["curl", "sh", "seq"]);
}

testEach("stdws http=true breaks off behind the last line over TLS, too", async (form) => {
  await using certificates = await Certificates.make();
  const tls = sslOptions(await certificates.server());
  const args = [...tls, route("/", "process?http=true sh -c 'seq 2; exit 3'")];
  await using server = await TestServer.start(args, { form });
  const said = await curl("-k", "--http1.1", `${httpUrl(server)}?stream`);
  assertEquals(said, "1\n2\n(18)");
}, ["curl", "openssl", "sh", "seq"]);

const CLOSES: [program: string, status: number, close: string, body: string][] = [
  [
    "process sh -c 'cat >/dev/null; exit 3'",
    502,
    "4003 exit%20status%203",
    "502 Bad Gateway: closed with 4003 exit status 3\n",
  ],
  [
    "process?timeout=1ms sleep 60",
    504,
    "4124 The%20program%20may%20run%20no%20longer%20than%201%20ms",
    "504 Gateway Timeout: closed with 4124 The program may run no longer than 1 ms\n",
  ],
  [
    "broadcast?write=false",
    403,
    "1008 Messages%20are%20not%20allowed%20here",
    "403 Forbidden: closed with 1008 Messages are not allowed here\n",
  ],
  [
    "process?maxframesize=3 cat",
    413,
    "1009 A%20message%20may%20have%203%20bytes",
    "413 Content Too Large: closed with 1009 A message may have 3 bytes\n",
  ],
];
for (const [handler, status, close, body] of CLOSES) {
  const named = handler.replace(
    /^\w+(\?)?/,
    (name) => name.endsWith("?") ? `${name}http=true&` : `${name}?http=true`,
  );
  testEach(`stdws answers a POST to ${handler} by status ${status}`, async (form) => {
    await using server = await TestServer.start([route("/", named)], { form });
    const answer = await ask(server, post("/", "hello\n"));
    assertEquals([answer.status, answer.headers.get("stdws-close"), answer.body], [
      status,
      close,
      body,
    ]);
  }, ["sh", "cat", "sleep"]);
}

testEach("stdws answers each POST by the output of a process of its own", async (form) => {
  const routes = [
    route("/sort", "process?http=true sort"),
    route("/bytes", "process?http=true&framing=binary cat"),
    route("/echo", "echo?http=true"),
  ];
  await using server = await TestServer.start(routes, { form });
  const url = httpUrl(server);
  const sorted = "1\n2\n3\n(0)";
  assertEquals(await curl("--data-binary", "3\n1\n2", `${url}sort`), sorted);
  for (const type of ["text/csv", "application/json", "application/octet-stream"]) {
    const args = ["-H", `Content-Type: ${type}`, "--data-binary", "3\n1\n2\n", `${url}sort`];
    assertEquals(await curl(...args), sorted, type);
  }
  const bytes = Uint8Array.from({ length: 300_000 }, (_, at) => at % 251);
  for (const type of ["text/plain", "application/octet-stream"]) {
    const answer = await fetch(`${url}bytes`, {
      method: "POST",
      headers: { "Content-Type": type },
      body: bytes,
    });
    assertEquals(answer.headers.get("content-type"), "application/octet-stream");
    assertEquals(await answer.bytes(), bytes, type);
  }
  assertEquals(await curl("-d", "hello", `${url}echo`), "hello\n(0)");
}, ["curl", "sort", "cat"]);

testEach("stdws answers a POST while its body still comes", async (form) => {
  await using server = await TestServer.start([route("/", "process?http=true cat")], { form });
  const child = new Deno.Command("curl", {
    // As a file of that name curl reads while it writes.
    args: ["-sN", "-X", "POST", "-T", ".", httpUrl(server)],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  const lines = new Lines(child.stdout);
  for (const line of ["one", "two", "three"]) {
    await writer.write(new TextEncoder().encode(`${line}\n`));
    await lines.until(new RegExp(`^${line}$`));
  }
  await writer.close();
  assertEquals((await child.status).code, 0);
  await lines.ended;
  assertEquals(lines.all, ["one", "two", "three"]);
}, ["curl", "cat"]);

testEach("stdws takes a POST into a room or a shared process, and answers 204", async (form) => {
  const routes = [
    route("/room", "broadcast?http=true&presence=true"),
    route("/shared", "shared?http=true cat"),
    route("/module", "module?http=true tests/e2e/http_module.js"),
  ];
  await using server = await TestServer.start(routes, { form });
  using member = await RawClient.open(`${server.url}room`);
  assertMatch(await member.text(), /"type":"join"/);
  using sharer = await RawClient.open(`${server.url}shared`);
  for (const [path, client] of [["/room", member], ["/shared", sharer]] as const) {
    const answer = await ask(server, post(path, "one\r\n\ntwo €", "Content-Type: text/x-any\n"));
    assertEquals([answer.status, answer.body], [204, ""]);
    assertEquals([await client.text(), await client.text(), await client.text()], [
      "one",
      "",
      "two €",
    ]);
  }
  // All of what is no text is one message.
  const bytes = "\xff".repeat(100_000);
  const length = new TextEncoder().encode(bytes).length;
  await ask(server, `POST /room\nContent-Length: ${length}\n\n${bytes}`);
  const message = await member.next();
  assert(message.kind === "binary");
  assertEquals(message.data.length, length);
  // A session of somebody's own has all messages before its end.
  assertEquals((await ask(server, post("/module", "a\nb"))).status, 204);
  await server.stdout.until(/said a,b, then closed with 1000$/);
}, ["cat"]);

testEach("stdws asks nothing but WebSockets where a route does not say http=true", async (form) => {
  await using server = await TestServer.start([
    route("/off", "echo"),
    route("/on", "echo?http=true"),
  ], {
    form,
  });
  const answers: [request: string, off: string, on: string][] = [
    ["GET /X?stream\n\n", "426", "200"],
    ["HEAD /X?stream\n\n", "426", "200"],
    [events("/X"), "426", "200"],
    ["GET /X\n\n", "426", "426"],
    [post("/X", "a"), "405 GET, OPTIONS", "200"],
    ["PUT /X\nContent-Length: 0\n\n", "405 GET, OPTIONS", "405 GET, HEAD, POST, OPTIONS"],
    ["OPTIONS /X\n\n", "204 GET, OPTIONS", "204 GET, HEAD, POST, OPTIONS"],
  ];
  for (const [request, off, on] of answers) {
    for (const [path, expected] of [["off", off], ["on", on]] as const) {
      using client = await HttpClient.connect(httpUrl(server));
      await client.send(request.replace("X", path));
      const { status, headers } = await client.head(request.startsWith("HEAD"));
      assertEquals(`${status} ${headers.get("allow") ?? ""}`.trimEnd(), expected, request);
    }
  }
  using _client = await RawClient.open(`${server.url}on`);
});

testEach("stdws --http is the same for all routes that do not say otherwise", async (form) => {
  const args = ["--http", route("/off", "echo?http=false"), "--", "seq", "2"];
  await using server = await TestServer.start(args, { form });
  assertEquals((await ask(server, "GET /any?stream\n\n")).body, "1\n2\n");
  assertEquals((await ask(server, "GET /off?stream\n\n")).status, 426);
  const { code, stderr } = await runToEnd(["--http=maybe", "--port=0", "--echo"]);
  assertEquals(code, 2);
  assertMatch(stderr, /maybe.*http/);
}, ["seq"]);

testEach("stdws asks a handler's own answer first, also by the ways of http=true", async (form) => {
  const args = [route("/", "module?http=true tests/e2e/http_module.js")];
  await using server = await TestServer.start(args, { form });
  const page = await ask(server, "GET /?stream&page\n\n");
  assertEquals([page.status, page.body], [200, "a page"]);
  assertEquals((await ask(server, post("/", "c"))).status, 204);
});

testEach("stdws tells a program of the request that it is for", async (form) => {
  const program = `sh -c 'echo "$REQUEST_METHOD $QUERY_STRING $HTTP_CONTENT_TYPE"'`;
  await using server = await TestServer.start([route("/", `process?http=true ${program}`)], {
    form,
  });
  assertEquals((await ask(server, post("/?a=b", ""))).body, "POST a=b text/plain\n");
  assertEquals((await ask(server, "GET /?stream&a=b\n\n")).body, "GET stream&a=b \n");
}, ["sh"]);

testEach("stdws leaves no process behind after a thousand POSTs", async (form) => {
  await using server = await TestServer.start([route("/", "process?http=true cat")], { form });
  const url = httpUrl(server);
  for (let round = 0; round < 50; round++) {
    const answers = await Promise.all(Array.from({ length: 20 }, async (_, index) => {
      const text = `${round} ${index}\n`;
      const answer = await fetch(url, { method: "POST", body: text });
      return await answer.text() === text;
    }));
    assert(answers.every(Boolean));
  }
  const path = `/proc/${server.pid}/task/${server.pid}/children`;
  for (const pid of (await Deno.readTextFile(path)).split(" ").filter(Boolean)) {
    const name = await Deno.readTextFile(`/proc/${pid}/comm`).catch(() => "");
    if (name.trim() === "cat") await untilGone(Number(pid));
  }
  assert(isAlive(server.pid));
}, ["cat"]);
