import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { Browser } from "../support/browser.ts";
import { RawClient } from "../support/client.ts";
import { CuttingProxy } from "../support/cutting_proxy.ts";
import { numbers } from "../support/numbers.ts";
import { HttpClient } from "../support/http_client.ts";
import { ask, events, httpUrl, post } from "../support/http_routes.ts";
import { Nginx } from "../support/nginx.ts";
import { RawSession } from "../support/raw_session.ts";
import { testEach, TestServer } from "../support/server.ts";

const HEAD = "retry: 1000\n\n";

/** The end of a connection, of which the browser need not come again. */
const OVER = 'id: over\nevent: close\ndata: {"code":1000,"reason":""}\n\n';

testEach("stdws http=true sends each message as an event", async (form) => {
  const routes = [
    "--route=/lines=process?http=true printf 'a\\n\\nü €\\nb\\rc\\n'",
    "--route=/bytes=process?http=true&framing=binary printf 'a\\377b'",
    "--route=/records=process?http=true&framing=nul printf 'a\\nb\\r\\nc\\0'",
    "--route=/fails=process?http=true sh -c 'echo a; exit 7'",
  ];
  await using server = await TestServer.start(routes, { form });
  const bodies = {
    lines: `data: a\n\ndata: \n\ndata: ü €\n\ndata: b\ndata: c\n\n${OVER}`,
    bytes: `event: binary\ndata: Yf9i\n\n${OVER}`,
    records: `data: a\ndata: b\ndata: c\n\n${OVER}`,
    fails: `data: a\n\n${OVER.replace("1000", "4007").replace('""', '"exit status 7"')}`,
  };
  for (const [name, body] of Object.entries(bodies)) {
    const answer = await fetch(`${httpUrl(server)}${name}`, {
      headers: { Accept: "text/html;q=0.5, text/event-stream" },
    });
    assertEquals(await answer.text(), HEAD + body, name);
    assertEquals([
      answer.headers.get("content-type"),
      answer.headers.get("cache-control"),
      answer.headers.get("x-accel-buffering"),
    ], ["text/event-stream", "no-store", "no"]);
  }
  // Whoever has had the end of it is told that there is nothing more, and nothing is started.
  const again = await ask(server, events("/fails", "Last-Event-ID: over\n"));
  assertEquals([again.status, again.body], [204, ""]);
  await server.stdout.until(/\/fails'.* DISCONNECT$/);
  assertEquals(server.stdout.all.filter((line) => line.endsWith("| CONNECT")).length, 4);
}, ["printf", "sh"]);

/** Routes that number what they say, and who says it. */
const NUMBERED: [name: string, handler: string][] = [
  ["a room", "broadcast?http=true&history=3"],
  ["a shared process", "shared?http=true&history=3 cat"],
];
for (const [name, handler] of NUMBERED) {
  testEach(`stdws http=true continues in ${name} after the id of an event`, async (form) => {
    await using server = await TestServer.start([`--route=/=${handler}`], { form });
    // Somebody who stays, so that it is there all the time.
    using member = await RawClient.open(server.url);
    async function say(...texts: string[]): Promise<void> {
      await ask(server, post("/", texts.join("\n")));
      for (const text of texts) assertEquals(await member.text(), text);
    }
    async function hear(id: string | undefined, until: string): Promise<string> {
      using client = await HttpClient.connect(httpUrl(server));
      await client.send(events("/", id === undefined ? "" : `Last-Event-ID: ${id}\n`));
      await client.head();
      return (await client.until(`data: ${until}\n\n`)).replace(HEAD, "");
    }
    await say("1", "2");
    const first = await hear(undefined, "2");
    const [, log = ""] = /^id: (\d+)\.1\n/.exec(first) ?? [];
    const event = (number: number) => `id: ${log}.${number}\ndata: ${number}\n\n`;
    assertEquals(first, event(1) + event(2));
    await say("3", "4", "5");
    assertEquals(await hear(`${log}.2`, "5"), event(3) + event(4) + event(5));
    assertEquals(await hear(`${log}.4`, "5"), event(5));
    await say("6");
    // What is not there any more.
    const lost = (data: string) => `event: lost\ndata: ${data}\n\n`;
    const last = event(4) + event(5) + event(6);
    assertEquals(await hear(`${log}.1`, "6"), lost('{"count":2}') + last);
    assertEquals(await hear(`${log}1.5`, "6"), lost("{}") + last);
    for (const id of ["", "x", `${log}.`, `${log}.-1`]) assertEquals(await hear(id, "6"), last);
  }, ["cat"]);
}

testEach("stdws http=true pings who is sent nothing else", async (form) => {
  await using server = await TestServer.start(["--route=/=broadcast?http=true&pingms=50"], {
    form,
  });
  using client = await HttpClient.connect(httpUrl(server));
  await client.send(events("/"));
  await client.head();
  assertEquals((await client.until(":\n\n:\n\n")).replaceAll(":\n\n", ""), HEAD);
});

testEach("stdws http=true drops a client that takes nothing for two pings", async (form) => {
  const args = ["--route=/=process?http=true&pingms=200 yes"];
  await using server = await TestServer.start(args, { form });
  using client = await HttpClient.connect(httpUrl(server));
  await client.send("GET /?stream\n\n");
  await client.head();
  await server.stdout.until(/The client did not take \d+ bytes/);
  await server.stdout.until(/with 1001 "No answer to pings"/);
}, ["yes"]);

/** Has a page note what comes by an EventSource, until its last event. */
async function listen(page: Page, url: string): Promise<void> {
  await page.evaluate((url) => {
    const seen = globalThis as unknown as { texts: string[]; told: string[]; source: EventSource };
    seen.texts = [];
    seen.told = [];
    const source = seen.source = new EventSource(url);
    source.onmessage = ({ data }) => seen.texts.push(data);
    for (const type of ["lost", "close"]) {
      source.addEventListener(type, ({ data }) => seen.told.push(`${type} ${data}`));
    }
  }, url);
}

/** What it has noted. */
function seen(page: Page, { problems }: Browser): Promise<{ texts: string[]; told: string[] }> {
  // Each connection that was cut is one.
  problems.length = 0;
  return page.evaluate(() => {
    const { texts, told } = globalThis as unknown as { texts: string[]; told: string[] };
    return { texts, told };
  });
}

testEach(
  "EventSource gets every message once, however often its connection is cut",
  async (form) => {
    const routes = [
      "--route=/page=module?http=true tests/e2e/http_page.js",
      "--route=/room=broadcast?http=true&history=100000",
    ];
    await using server = await TestServer.start(routes, { form });
    await using proxy = new CuttingProxy(server.url);
    // Somewhere in the middle of a message, or between two.
    const random = numbers(4);
    proxy.cutAfter = () => 5_000 + random(40_000);
    await using browser = await Browser.launch();
    const page = await browser.open(`${proxy.url.replace("ws", "http")}page`, { parts: true });
    await listen(page, `${proxy.url.replace("ws", "http")}room`);
    using speaker = await RawClient.open(`${server.url}room`);
    const texts = Array.from({ length: 20_000 }, (_, index) => `message ${index}`);
    await page.waitForFunction(() =>
      (globalThis as unknown as { source: EventSource }).source.readyState === 1
    );
    for (let at = 0; at < texts.length; at += 1_000) {
      for (const text of texts.slice(at, at + 1_000)) await speaker.send(text);
      for (const text of texts.slice(at, at + 1_000)) assertEquals(await speaker.text(), text);
      // The first of them has a second until it comes again.
      if (at < 3_000) {
        await page.waitForFunction(
          (most) => (globalThis as unknown as { texts: string[] }).texts.length > most,
          at + 100,
        );
      }
    }
    proxy.cutAfter = undefined;
    await page.waitForFunction(
      (count) => (globalThis as unknown as { texts: string[] }).texts.length >= count,
      texts.length,
    );
    const { texts: got, told } = await seen(page, browser);
    assertEquals(told, []);
    assertEquals(got, texts);
    assert(proxy.made > 2, `${proxy.made}`);
  },
  ["chromium"],
);

testEach("EventSource goes on with a process that waits for it, by resume", async (form) => {
  const routes = [
    "--route=/page=module?http=true tests/e2e/http_page.js",
    "--route=/count=process?http=true&resume=60s seq 10000",
  ];
  await using server = await TestServer.start(routes, { form });
  await using proxy = new CuttingProxy(server.url);
  const lengths = [2_000, 30_000, 100_000];
  proxy.cutAfter = () => lengths.shift() ?? Infinity;
  await using browser = await Browser.launch();
  const page = await browser.open(`${proxy.url.replace("ws", "http")}page`, { parts: true });
  await listen(page, `${proxy.url.replace("ws", "http")}count`);
  await page.waitForFunction(() =>
    (globalThis as unknown as { source: EventSource }).source.readyState === 2
  );
  const { texts, told } = await seen(page, browser);
  assertEquals(texts, Array.from({ length: 10_000 }, (_, index) => `${index + 1}`));
  assertEquals(told, ['close {"code":1000,"reason":""}']);
  assertEquals(lengths, []);
  // By coming back it has said that it has got the end.
  await server.stdout.until(/\/count'.*Closed by the program with 1000/);
}, ["chromium", "seq"]);

testEach("stdws http=true begins anew, and says so, where there is no session", async (form) => {
  const program = `sh -c 'echo "[$HTTP_LAST_EVENT_ID]"; exec cat'`;
  const args = [`--route=/=process?http=true&resume=60s ${program}`, "--loglevel=debug"];
  await using server = await TestServer.start(args, { form });
  async function first(id: string): Promise<{ text: string; id: string }> {
    using client = await HttpClient.connect(httpUrl(server));
    await client.send(events("/", `Last-Event-ID: ${id}\n`));
    await client.head();
    const text = await client.until("data: []\n\n");
    return { text, id: /id: (.*)\n/.exec(text)?.[1] ?? "" };
  }
  const one = await first("x".repeat(24) + ".7");
  assertEquals(one.text.startsWith(`${HEAD}event: lost\ndata: {}\n\nid: `), true, one.text);
  assertMatch(one.id, /^[\w-]{24}\.1$/);
  // What it has not got yet of its own one.
  const session = one.id.slice(0, -2);
  const two = await first(`${session}.0`);
  assertEquals(two, { text: `${HEAD}id: ${one.id}\ndata: []\n\n`, id: one.id });
  await server.stdout.until(/CONTINUE: the client is back/);
  assertEquals(server.stdout.all.filter((line) => line.includes(session)), []);
}, ["sh", "cat"]);

testEach("a POST goes to its handler, whatever session it names", async (form) => {
  const args = ["--route=/=shared?http=true&resume=60s cat"];
  await using server = await TestServer.start(args, { form });
  using session = await RawSession.begin(server.url);
  const name = `stdws.resume.v1, stdws.resume.v1.session.${session.id}`;
  const request = post("/", "hello", `Sec-WebSocket-Protocol: ${name}\n`);
  assertEquals((await ask(server, request)).status, 204);
  assertEquals(await session.text(), "hello");
}, ["cat"]);

testEach("EventSource does not come again after the end of a program", async (form) => {
  const routes = [
    "--route=/page=module?http=true tests/e2e/http_page.js",
    "--route=/count=process?http=true seq 3",
  ];
  await using server = await TestServer.start(routes, { form });
  await using browser = await Browser.launch();
  const page = await browser.open(`${httpUrl(server)}page`, { parts: true });
  await listen(page, "/count");
  await page.waitForFunction(() =>
    (globalThis as unknown as { source: EventSource }).source.readyState === 2
  );
  const { texts, told } = await seen(page, browser);
  assertEquals([texts, told], [["1", "2", "3"], ['close {"code":1000,"reason":""}']]);
  assertEquals(server.stdout.all.filter((line) => /\/count'.*\| CONNECT$/.test(line)).length, 1);
}, ["chromium", "seq"]);

testEach("nginx, which buffers, passes on each event and line at once", async (form) => {
  const routes = [
    "--route=/room=broadcast?http=true&history=1",
    "--route=/cat=process?http=true cat",
  ];
  await using server = await TestServer.start(routes, { form });
  await using nginx = await Nginx.start({ "/": `http://127.0.0.1:${server.port}` });
  const url = `http://127.0.0.1:${nginx.port}/`;
  for (const request of [events("/room"), "GET /room?stream\n\n"]) {
    using client = await HttpClient.connect(url);
    await client.send(request);
    await ask(server, post("/room", "zero"));
    assertEquals((await client.head()).status, 200);
    await client.until("zero\n");
    for (const text of ["one", "two"]) {
      // The answer to it comes after it was taken.
      assertEquals((await HttpClient.ask(url, post("/room", text))).status, 204);
      await client.until(`${text}\n`);
    }
  }
  const answer = await HttpClient.ask(url, post("/cat", "hello"));
  assertEquals([answer.status, answer.body], [200, "hello\n"]);
  assertMatch(server.stdout.all.join("\n"), /transport:'events'/);
}, ["nginx", "cat"]);
