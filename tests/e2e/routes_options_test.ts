import { assert, assertEquals, assertMatch } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { isAlive, pidIn } from "../support/processes.ts";
import { Scripts } from "../support/scripts.ts";
import { type Form, testEach, TestServer } from "../support/server.ts";

/** A server of routes, with other options behind them. */
async function serverOf(
  form: Form,
  routes: readonly string[],
  args: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<TestServer> {
  const all = [...routes.map((route) => `--route=${route}`), ...args];
  return await TestServer.start(all, { form, env });
}

/** All that a client is told at a path. */
async function toldAt(server: TestServer, path: string): Promise<string[]> {
  using client = await RawClient.open(server.url + path);
  return (await client.rest()).texts;
}

async function statusAt(
  server: TestServer,
  path: string,
  headers: Record<string, string> = {},
): Promise<number> {
  using client = await RawClient.request(server.url + path, { headers });
  return client.answer.status;
}

testEach(
  "stdws has the cwd of a route hold for its program, and for where that is",
  async (form) => {
    await using scripts = await Scripts.write({
      "bin/show": 'pwd -P; echo "$0"',
      "a b/x": "",
    });
    const { folder } = scripts;
    await using server = await serverOf(form, [
      `/relative=process?cwd=${folder} ./bin/show`,
      `/above=process?cwd=${folder}/a%20b ../bin/show`,
      `/path=process?cwd=${folder}/a%20b pwd -P`,
      `/dir=directory?cwd=/ ${folder}/bin`,
      "/none=process pwd -P",
    ]);
    assertEquals(await toldAt(server, "relative"), [folder, `${folder}/bin/show`]);
    assertEquals(await toldAt(server, "above"), [`${folder}/a b`, `${folder}/bin/show`]);
    assertEquals(await toldAt(server, "path"), [`${folder}/a b`]);
    const [own] = await toldAt(server, "none");
    assert(own !== undefined && ![folder, "/", `${folder}/a b`].includes(own));
  },
);

testEach("stdws gives a route's processes variables of their own, and only those", async (form) => {
  const show = `sh -c 'printf "<%s>\\n" "$A" "$B" "$SECRET" "$OTHER"'`;
  const env = { SECRET: "s", OTHER: "o", A: "server's" };
  await using server = await serverOf(
    form,
    [
      `/env=process?env=A=1&env=B=%20x%20=%20y%20 ${show}`,
      `/pass=process?passenv=PATH,SECRET ${show}`,
      `/both=process?passenv=PATH,A,OTHER&env=A=2 ${show}`,
      `/none=process?passenv= /bin/${show}`,
      `/default=process ${show}`,
    ],
    ["--passenv=PATH,OTHER"],
    env,
  );
  assertEquals(await toldAt(server, "env"), ["<1>", "< x = y >", "<>", "<o>"]);
  assertEquals(await toldAt(server, "pass"), ["<>", "<>", "<s>", "<>"]);
  assertEquals(await toldAt(server, "both"), ["<2>", "<>", "<>", "<o>"]);
  assertEquals(await toldAt(server, "none"), ["<>", "<>", "<>", "<>"]);
  assertEquals(await toldAt(server, "default"), ["<>", "<>", "<>", "<o>"]);
});

testEach("stdws --route with maxforks refuses one too many on this route alone", async (form) => {
  await using server = await serverOf(form, [
    "/one=process?maxforks=1 cat",
    "/two=process?maxforks=2 cat",
    "/any=process?maxforks=0 cat",
  ], ["--maxforks=1", "--", "cat"]);
  // The limit of each is its own, and that of the server is of the others together.
  using first = await RawClient.open(`${server.url}one`);
  using _otherwise = await RawClient.open(server.url);
  using _second = await RawClient.open(`${server.url}two`);
  using _third = await RawClient.open(`${server.url}two`);
  using _fourth = await RawClient.open(`${server.url}any`);
  using _fifth = await RawClient.open(`${server.url}any`);
  assertEquals(await statusAt(server, "one"), 429);
  assertEquals(await statusAt(server, "two"), 429);
  assertEquals(await statusAt(server, ""), 429);
  assertEquals(await statusAt(server, "any"), 101);
  await first.send("x");
  assertEquals(await first.text(), "x");
  await first.close();
  // It tells of that when the program is gone, whose place is free then.
  await server.stdout.until(/url:'[^']*\/one'.*DISCONNECT$/);
  assertEquals(await statusAt(server, "one"), 101);
});

testEach("stdws has routes with lines, bytes and streams side by side", async (form) => {
  const program = `sh -c 'printf "a\\nb"; echo c >&2'`;
  await using server = await serverOf(form, [
    `/lines=process?framing=lines ${program}`,
    `/binary=process?framing=binary ${program}`,
    `/streams=process?framing=streams ${program}`,
    `/default=process ${program}`,
  ], ["--binary"]);
  assertEquals(await toldAt(server, "lines"), ["a", "b"]);
  assertEquals((await toldAt(server, "streams")).toSorted(), [
    '{"stream":"stderr","data":"c"}',
    '{"stream":"stdout","data":"a"}',
    '{"stream":"stdout","data":"b"}',
  ]);
  for (const path of ["binary", "default"]) {
    using client = await RawClient.open(server.url + path);
    let output = "";
    for (;;) {
      const received = await client.next();
      if (received.kind !== "binary") break;
      output += new TextDecoder().decode(received.data);
    }
    assertEquals(output, "a\nb");
  }
});

testEach(
  "stdws --route with origin admits those, and --origin what the others do",
  async (form) => {
    await using server = await serverOf(form, [
      "/own=echo?origin=https://own.example,own.example:81",
    ], ["--origin=https://server.example", "--echo"]);
    const rows: [path: string, origin: string, status: number][] = [
      ["own", "https://own.example", 101],
      ["own", "http://own.example:81", 101],
      ["own", "http://own.example", 403],
      ["own", "https://server.example", 403],
      ["", "https://server.example", 101],
      ["", "https://own.example", 403],
    ];
    for (const [path, origin, status] of rows) {
      assertEquals(await statusAt(server, path, { Origin: origin }), status, `${path} ${origin}`);
    }
  },
);

testEach("stdws agrees to the subprotocol of a route that its client prefers", async (form) => {
  const show = "sh -c 'echo \"<${WEBSOCKET_SUBPROTOCOL-unset}>\"'";
  await using server = await serverOf(form, [
    `/own=process?subprotocol=a,b ${show}`,
    `/none=process?subprotocol= ${show}`,
    `/server=process ${show}`,
    "/fixed=echo",
  ], ["--subprotocol=x", "--subprotocol=y", "--header-ws=X-Other: 1"]);
  const rows: [path: string, offered: string | undefined, agreed: string | null][] = [
    ["own", "a", "a"],
    ["own", "b, a", "b"],
    ["own", "z,b,a", "b"],
    ["own", "x, z", null],
    ["own", undefined, null],
    ["none", "x, a", null],
    ["server", "a, y, x", "y"],
    ["server", "a", null],
  ];
  for (const [path, offered, agreed] of rows) {
    using client = await RawClient.open(server.url + path, {
      headers: { "Sec-WebSocket-Protocol": offered },
    });
    const { headers } = client.answer;
    assertEquals(headers.get("sec-websocket-protocol"), agreed, `${path} ${offered}`);
    assertEquals(headers.get("x-other"), "1");
    assertEquals((await client.rest()).texts, [`<${agreed ?? "unset"}>`]);
  }
  // As a browser sees it.
  const socket = new WebSocket(`${server.url}fixed`, ["z", "y"]);
  await new Promise((resolve) => socket.onopen = resolve);
  assertEquals(socket.protocol, "y");
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  await closed;
});

testEach("stdws closes with 1009 on what is too large for the route", async (form) => {
  await using server = await serverOf(form, [
    "/small=echo?maxframesize=5",
    "/large=echo?maxframesize=2000000",
    "/any=echo?maxframesize=0",
  ], ["--maxframesize=10", "--echo"]);
  const rows: [path: string, passes: number, refused: number][] = [
    ["small", 5, 6],
    ["", 10, 11],
    ["large", 2_000_000, 2_000_001],
    ["any", 3_000_000, 0],
  ];
  for (const [path, passes, refused] of rows) {
    using client = await RawClient.open(server.url + path);
    await client.send("x".repeat(passes));
    assertEquals((await client.text()).length, passes);
    if (refused === 0) continue;
    await client.flood(1, () => "x".repeat(refused));
    const received = await client.next();
    assert(received.kind === "close", received.kind);
    assertEquals(received.code, 1009, path);
  }
});

testEach(
  "stdws --route with closems gives its programs more time than others have",
  async (form) => {
    await using scripts = await Scripts.write({
      // Does something at the end of its input that lasts until the test lets it go on.
      patient: 'echo $$; cat > "$1.cat"; read -r go < "$1"; echo "$go" > "$1.done"',
    });
    const { folder } = scripts;
    await new Deno.Command("mkfifo", { args: ["slow", "fast"].map((n) => `${folder}/${n}`) })
      .output();
    await using server = await serverOf(form, [
      `/slow=process?closems=20000 ${folder}/patient ${folder}/slow`,
      `/fast=process ${folder}/patient ${folder}/fast`,
    ], ["--loglevel=debug"]);
    using slow = await RawClient.open(`${server.url}slow`);
    const slowPid = pidIn(await slow.text());
    slow[Symbol.dispose]();
    using fast = await RawClient.open(`${server.url}fast`);
    const fastPid = pidIn(await fast.text());
    fast[Symbol.dispose]();
    await server.stdout.until(new RegExp(`Process ${fastPid} terminated after SIG`));
    assert(isAlive(slowPid));
    await Deno.writeTextFile(`${folder}/slow`, "go\n");
    await server.stdout.until(new RegExp(`Process ${slowPid} terminated after stdin was closed$`));
    assertEquals(await Deno.readTextFile(`${folder}/slow.done`), "go\n");
  },
);

testEach("stdws pings the clients of a route with pingms, and no others", async (form) => {
  await using server = await serverOf(form, ["/pings=echo?pingms=100", "/never=echo?pingms=0"], [
    "--echo",
  ]);
  using pinged = await RawClient.open(`${server.url}pings`);
  using never = await RawClient.open(`${server.url}never`);
  using other = await RawClient.open(server.url);
  let { kind } = await pinged.next();
  assertEquals(kind, "ping");
  // It answers none, and is silent for twice that.
  while (kind === "ping") ({ kind } = await pinged.next());
  assertEquals(kind, "close");
  for (const client of [never, other]) {
    await client.send("nothing before this");
    assertEquals(await client.text(), "nothing before this");
  }
  assertMatch(await server.stdout.until(/DISCONNECT$/), /url:'[^']*\/pings'/);
});
