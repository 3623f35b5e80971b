import { assert, assertEquals, assertMatch } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { ConfigFile } from "../support/config_file.ts";
import { connectFrom } from "../support/connect_from.ts";
import { HttpClient } from "../support/http_client.ts";
import { testEach, TestServer } from "../support/server.ts";
import { AdminServer } from "./admin_server.ts";

const PLAIN = { Upgrade: undefined, Connection: undefined };

/** The status of a handshake, and when to come again. */
async function answerTo(url: string, address?: string): Promise<string> {
  const conn = address === undefined ? {} : { conn: await connectFrom(address, url) };
  using client = await RawClient.request(url, conn);
  const { status, headers } = client.answer;
  return `${status} ${headers.get("retry-after") ?? ""}`.trimEnd();
}

/** Tries to get in until somebody does: what another one has left is seen a little later. */
async function openSoon(url: string, address?: string): Promise<RawClient> {
  for (;;) {
    const conn = address === undefined ? {} : { conn: await connectFrom(address, url) };
    const client = await RawClient.request(url, conn);
    if (client.answer.status === 101) return client;
    client[Symbol.dispose]();
  }
}

testEach("stdws --maxconnections refuses with 503 until somebody has left", async (form) => {
  await using server = await TestServer.start(["--maxconnections=2", "--echo"], { form });
  using _one = await RawClient.open(server.url);
  const two = await RawClient.open(server.url);
  assertEquals(await answerTo(server.url), "503 5");
  // It counts a plain request as well.
  using plain = await RawClient.request(server.url, { headers: PLAIN });
  assertEquals(plain.answer.status, 503);
  two[Symbol.dispose]();
  using three = await openSoon(server.url);
  await three.send("in");
  assertEquals(await three.text(), "in");
  assertEquals(await answerTo(server.url), "503 5");
  await server.stdout.until(
    /ERROR {2}\| http .*status:'503' \| Too many connections: there may be 2 \(maxconnections\)/,
  );
});

testEach("stdws --maxperip counts each address by itself", async (form) => {
  await using server = await TestServer.start(["--maxperip=2", "--echo"], { form });
  const { url } = server;
  using _one = await openSoon(url, "127.0.0.2");
  const two = await openSoon(url, "127.0.0.2");
  assertEquals(await answerTo(url, "127.0.0.2"), "429 5");
  assertEquals(await answerTo(url, "127.0.0.3"), "101");
  two[Symbol.dispose]();
  using _three = await openSoon(url, "127.0.0.2");
  assertEquals(await answerTo(url, "127.0.0.2"), "429 5");
  await server.stdout.until(
    /remote:'127\.0\.0\.2' .*status:'429' \| Too many connections from 127/,
  );
});

testEach("stdws --connectrate refuses with 429, and says when to come again", async (form) => {
  await using server = await TestServer.start(["--connectrate=0.01:3", "--echo"], { form });
  const { url } = server;
  const answers = [];
  for (let count = 0; count < 4; count++) answers.push(await answerTo(url, "127.0.0.2"));
  assertEquals(answers.slice(0, 3), ["101", "101", "101"]);
  assertMatch(answers[3] ?? "", /^429 ([1-9]\d?|100)$/);
  assertEquals(await answerTo(url, "127.0.0.3"), "101");
});

testEach("stdws --connectrate lets in again who waits as long as it says", async (form) => {
  await using server = await TestServer.start(["--connectrate=1:1", "--echo"], { form });
  const first = await answerTo(server.url);
  let refused = 0;
  let answer = first;
  for (; answer !== "101" || refused === 0; answer = await answerTo(server.url)) {
    if (answer === "101") continue;
    refused++;
    assertEquals(answer, "429 1");
  }
  assertEquals([first, answer], ["101", "101"]);
});

testEach("stdws counts a download until it is over, or its client has left", async (form) => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${folder}/large`, new Uint8Array(50_000_000));
    await Deno.writeTextFile(`${folder}/small`, "small");
    const args = [`--staticdir=${folder}`, "--maxconnections=1"];
    await using server = await TestServer.start(args, { form });
    const url = server.url.replace("ws", "http");
    const status = async () => (await HttpClient.ask(url, "GET /small")).status;
    for (const ends of ["drops", "reads"]) {
      using client = await HttpClient.connect(url);
      await client.send("GET /large");
      assertEquals((await client.head()).status, 200);
      assertEquals(await status(), 503);
      if (ends === "drops") client[Symbol.dispose]();
      else while (await client.part());
      while (await status() !== 200);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

testEach("stdws asks a route's limits beside those of the server", async (form) => {
  const args = [
    "--maxconnections=2",
    "--route=/one=echo?maxconnections=1",
    "--route=/two=echo?maxperip=1",
    "--echo",
  ];
  await using server = await TestServer.start(args, { form });
  const { url } = server;
  using _one = await RawClient.open(`${url}one`);
  assertEquals(await answerTo(`${url}one`), "503 5");
  await server.stdout.until(/status:'503' route:'\/one' \| Too many connections: there may be 1 /);
  using two = await RawClient.open(`${url}two`);
  assertEquals(await answerTo(`${url}two`), "503 5");
  await server.stdout.until(/status:'503' \| Too many connections: there may be 2 /);
  two[Symbol.dispose]();
  using _other = await openSoon(url);
});

testEach(
  "stdws keeps count of who is at a route when SIGHUP gives it other limits",
  async (form) => {
    const local = { port: 0, address: "127.0.0.1" };
    const routes = (options: object) => ({
      ...local,
      routes: { "/a": { handler: "echo", ...options } },
    });
    await using file = await ConfigFile.write(routes({}));
    await using server = await TestServer.startAt([`--config=${file.path}`], { form });
    const url = `${server.url}a`;
    const reload = async (options: object) => {
      const known = server.stdout.all.length;
      await file.change(routes(options));
      Deno.kill(server.pid, "SIGHUP");
      await server.stdout.after(known, /Reloaded/);
    };
    using _one = await RawClient.open(url);
    using two = await RawClient.open(url);
    await reload({ maxperip: 2 });
    assertEquals(await answerTo(url), "429 5");
    await reload({ maxconnections: 3 });
    using _three = await RawClient.open(url);
    assertEquals(await answerTo(url), "503 5");
    two[Symbol.dispose]();
    await reload({ maxconnections: 3, maxframesize: 5 });
    using _four = await openSoon(url);
    assertEquals(await answerTo(url), "503 5");
  },
);

testEach("stdws limits nobody by an address on a Unix socket, and all together", async (form) => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/s`;
    const args = ["--maxperip=1", "--connectrate=0.01:1", "--maxconnections=3", "--echo"];
    await using _server = await TestServer.startAt([`--unixsocket=${path}`, ...args], { form });
    const open = async () => {
      const conn = await Deno.connect({ transport: "unix", path });
      return await RawClient.request("ws://localhost/", { conn });
    };
    using one = await open();
    using two = await open();
    using three = await open();
    using four = await open();
    assertEquals([one, two, three, four].map(({ answer }) => answer.status), [101, 101, 101, 503]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

testEach("stdws counts whom a trusted proxy names, and not the proxy", async (form) => {
  const args = ["--trust-proxy=127.0.0.1", "--maxperip=1", "--echo"];
  await using server = await TestServer.start(args, { form });
  const from = (address: string) =>
    RawClient.request(server.url, { headers: { "X-Forwarded-For": address } });
  const addresses = ["192.0.2.1", "192.0.2.2", "192.0.2.1", "2001:db8::1", "2001:db8::2"];
  const clients: RawClient[] = [];
  try {
    for (const address of addresses) clients.push(await from(address));
    const statuses = clients.map(({ answer }) => answer.status);
    assertEquals(statuses, [101, 101, 429, 101, 429]);
  } finally {
    for (const client of clients) client[Symbol.dispose]();
  }
});

testEach("stdws --maxperip counts clients of IPv6 by their network", async (form) => {
  const args = ["--address=[::1]", "--maxperip=1", "--echo"];
  await using server = await TestServer.startAt(["--port=0", ...args], { form });
  using _one = await RawClient.open(server.url);
  assertEquals(await answerTo(server.url), "429 5");
  await server.stdout.until(/Too many connections from ::\/64: it may have 1/);
});

/** What a client does that becomes no connection, or does not stay one. */
const FLOODS: [what: string, come: (url: string) => Promise<void>][] = [
  ["drops it", async (url) => (await RawClient.request(url))[Symbol.dispose]()],
  ["sends a wrong handshake", async (url) => {
    using _ = await RawClient.request(url, { headers: { "Sec-WebSocket-Key": "x" } });
  }],
  ["sends no handshake", async (url) => {
    using _ = await RawClient.request(url, { headers: PLAIN });
  }],
  ["leaves before the answer", async (url) => {
    using client = await HttpClient.connect(url);
    await client.send(
      "GET /\nUpgrade: websocket\nConnection: Upgrade\nSec-WebSocket-Version: 13\n" +
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n\n",
    );
  }],
  ["closes it", async (url) => {
    using client = await RawClient.request(url);
    if (client.answer.status !== 101) return;
    await client.close().catch(() => {});
    await client.rest().catch(() => {});
  }],
  ["breaks the protocol", async (url) => {
    using client = await RawClient.request(url);
    if (client.answer.status !== 101) return;
    await client.frame(0x83, new Uint8Array()).catch(() => {});
    await client.rest().catch(() => {});
  }],
];
testEach("stdws has as much room after floods of who comes and goes as before", async (form) => {
  const args = ["--maxconnections=5", "--maxperip=4", "sh", "-c", "exec cat"];
  await using server = await TestServer.start(args, { form });
  const { url } = server;
  for (const [what, come] of FLOODS) {
    await Promise.all(Array.from({ length: 40 }, () =>
      come(url).catch((error) => {
        throw new Error(`${what}: ${error}`);
      })));
  }
  const clients: RawClient[] = [];
  try {
    while (clients.length < 4) clients.push(await openSoon(url, "127.0.0.2"));
    assertEquals(await answerTo(url, "127.0.0.2"), "429 5");
    clients.push(await openSoon(url, "127.0.0.3"));
    assertEquals(await answerTo(url, "127.0.0.3"), "503 5");
  } finally {
    for (const client of clients) client[Symbol.dispose]();
  }
});

testEach(
  "stdws has a line a second at most about a flood of refusals, and counts all",
  async (form) => {
    const begin = performance.now();
    const server = await TestServer.start(["--maxconnections=1", "cat"], { form });
    const lines = server.stdout;
    {
      await using _ = server;
      using one = await RawClient.open(server.url);
      for (let count = 0; count < 300; count++) {
        assertEquals(await answerTo(server.url), "503 5");
        if (count % 30 > 0) continue;
        // Who is in is served meanwhile.
        await one.send(`${count}`);
        assertEquals(await one.text(), `${count}`);
      }
    }
    await server.child.status;
    const seconds = (performance.now() - begin) / 1_000;
    const told = lines.all.filter((line) => line.includes("maxconnections"));
    const counted = told.reduce((sum, line) => {
      return sum + 1 +
        Number(/ … and ([\d,]+) more like it$/.exec(line)?.[1]?.replace(",", "") ?? 0);
    }, 0);
    assertEquals(counted, 300);
    assert(told.length <= seconds + 2, `${told.length} lines in ${seconds} s`);
  },
);

testEach(
  "stdws --redirport has the limits of the server, counted apart, and is counted",
  async (form) => {
    const args = ["--redirport=0", "--connectrate=0.001:2", "--echo"];
    await using admin = await AdminServer.start(args, form);
    const { server } = admin;
    const line = await server.stdout.until(/Starting redirect server/);
    const other = /http:\S+\//.exec(line)?.[0].replace("http", "ws") ?? "";
    const statuses = [];
    for (let count = 0; count < 3; count++) {
      using client = await RawClient.request(other, { headers: PLAIN });
      statuses.push(client.answer.status);
    }
    assertEquals(statuses, [301, 301, 429]);
    // Who was redirected comes in.
    assertEquals(await answerTo(server.url), "101");
    const metrics = await admin.metrics();
    const counted = ["301", "429"].map((status) =>
      metrics.get(`stdws_requests_total{route="redirport",status="${status}"}`)
    );
    assertEquals(counted, [2, 1]);
    assertEquals(metrics.get('stdws_limited_total{route="redirport",limit="connectrate"}'), 1);
  },
);
