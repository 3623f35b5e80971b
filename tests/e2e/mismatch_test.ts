import { assertEquals, assertMatch } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { Scripts } from "../support/scripts.ts";
import { runToEnd, testEach, TestServer } from "../support/server.ts";

type Content = string | Uint8Array;

const encoder = new TextEncoder();
const bytesOf = (text: string) => encoder.encode(text);
const TEXT = '"é"';

/** Framings of each handler: the kind that they take, and the answer of their program to {@linkcode TEXT} in it. */
const FRAMINGS: Readonly<Record<string, readonly [takes: "text" | "binary", answer: Content]>> = {
  "process lines": ["text", TEXT],
  "process nul": ["text", TEXT],
  "process content-length": ["text", TEXT],
  "process json": ["text", TEXT],
  "process streams": ["text", '{"stream":"stdout","data":"\\"é\\""}'],
  "process binary": ["binary", bytesOf(TEXT)],
  "directory lines": ["text", TEXT],
  "directory binary": ["binary", bytesOf(TEXT)],
  "shared lines": ["text", TEXT],
  "shared nul": ["text", TEXT],
  "shared content-length": ["text", TEXT],
  "shared json": ["text", TEXT],
  "shared tagged": ["text", TEXT],
};

/** Those that take both kinds, whatever is said, and what their programs answer to text and to bytes. */
const BOTH: Readonly<Record<string, readonly [text: Content, binary: Content]>> = {
  "process length": [bytesOf(TEXT), bytesOf(TEXT)],
  "directory length": [bytesOf(TEXT), bytesOf(TEXT)],
  "shared length": [bytesOf(TEXT), bytesOf(TEXT)],
  "shared events": [TEXT, bytesOf(TEXT)],
};

// Sends to all what one says.
const SPEAKER = `exec sed -u '/"type":"message"/!d; s/"message"/"send"/; s/"id":"[^"]*"/"to":"*"/'`;
// `+ID` and `-ID` are nothing to say.
const TAGGER = "exec grep --line-buffered '^[^+-]'";

async function contentOf(client: RawClient): Promise<Content> {
  const received = await client.next();
  if (received.kind === "text" || received.kind === "binary") return received.data;
  throw new Error(JSON.stringify(received));
}

function startAll(form: Parameters<typeof TestServer.start>[1], mismatch: string, folder: string) {
  const routes = [...Object.keys(FRAMINGS), ...Object.keys(BOTH)].map((name) => {
    const [handler = "", framing = ""] = name.split(" ");
    const words = handler === "directory" ? folder : `${folder}/${framing}`;
    // A folder of programs has them at the paths of their names.
    return `--route=/${handler}/${framing}${
      handler === "directory" ? "/*" : ""
    }=${handler}?framing=${framing} ${words}`;
  });
  return TestServer.start([`--mismatch=${mismatch}`, ...routes], form);
}

function pathOf(name: string): string {
  const [handler = "", framing = ""] = name.split(" ");
  return handler === "directory" ? `${handler}/${framing}/${framing}` : `${handler}/${framing}`;
}

/** A message of the kind that is not taken. */
function otherOf(takes: "text" | "binary", text: string): Content {
  return takes === "text" ? bytesOf(text) : text;
}

function writeScripts(): Promise<Scripts> {
  const names = new Set(
    [...Object.keys(FRAMINGS), ...Object.keys(BOTH)].map((name) => name.split(" ")[1] ?? ""),
  );
  return Scripts.write({
    ...Object.fromEntries([...names].map((name) => [name, "exec cat"])),
    events: SPEAKER,
    tagged: TAGGER,
  });
}

testEach("stdws mismatch=convert gives a program what the other kind means", async (form) => {
  await using scripts = await writeScripts();
  await using server = await startAll({ form }, "convert", scripts.folder);
  for (const [name, [takes, answer]] of Object.entries(FRAMINGS)) {
    using client = await RawClient.open(server.url + pathOf(name));
    await client.send(otherOf(takes, TEXT));
    assertEquals(await contentOf(client), answer, name);
    if (takes === "binary") continue;
    await client.send(Uint8Array.of(0x22, 0xff, 0x22));
    assertEquals(
      (await client.rest()).closed,
      "1007 A binary message is not UTF-8, and only text is taken here",
      name,
    );
  }
});

testEach(
  "stdws mismatch=ignore leaves them out, and says so once for each client",
  async (form) => {
    await using scripts = await writeScripts();
    await using server = await startAll({ form }, "ignore", scripts.folder);
    for (const [name, [takes, answer]] of Object.entries(FRAMINGS)) {
      const before = server.stdout.all.length;
      using client = await RawClient.open(server.url + pathOf(name));
      for (const text of ["1", "2"]) await client.send(otherOf(takes, text));
      await client.send(takes === "text" ? TEXT : bytesOf(TEXT));
      assertEquals(await contentOf(client), answer, name);
      await client.close();
      const [kind, other] = takes === "text" ? ["binary", "text"] : ["text", "binary"];
      await server.stdout.after(
        before,
        new RegExp(
          `Ignored a ${kind} message, and each that follows: only ${other} is taken here$`,
        ),
      );
      await server.stdout.after(
        before,
        /Closed by the client .*; ignored 2 messages of the wrong kind;?/,
      );
    }
  },
);

testEach("stdws mismatch=close closes with 1003, and says what is taken", async (form) => {
  await using scripts = await writeScripts();
  await using server = await startAll({ form }, "close", scripts.folder);
  for (const [name, [takes, answer]] of Object.entries(FRAMINGS)) {
    using client = await RawClient.open(server.url + pathOf(name));
    await client.send(takes === "text" ? TEXT : bytesOf(TEXT));
    assertEquals(await contentOf(client), answer, name);
    await client.send(otherOf(takes, TEXT));
    const closed = `1003 Only ${takes} messages are taken here`;
    assertEquals((await client.rest()).closed, closed, name);
  }
});

for (const mismatch of ["convert", "ignore", "close"]) {
  testEach(`stdws mismatch=${mismatch} is nothing to who takes both kinds`, async (form) => {
    await using scripts = await writeScripts();
    await using server = await startAll({ form }, mismatch, scripts.folder);
    for (const [name, [text, binary]] of Object.entries(BOTH)) {
      using client = await RawClient.open(server.url + pathOf(name));
      await client.send(TEXT);
      assertEquals(await contentOf(client), text, name);
      await client.send(bytesOf(TEXT));
      assertEquals(await contentOf(client), binary, name);
    }
  });
}

testEach(
  "stdws tcp takes text as its bytes, unless mismatch= says something else",
  async (form) => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const echoes = (async () => {
      const running: Promise<void>[] = [];
      for await (const conn of listener) running.push(conn.readable.pipeTo(conn.writable));
      await Promise.all(running);
    })();
    const address = `127.0.0.1:${listener.addr.port}`;
    await using server = await TestServer.start([
      `--route=/convert=tcp ${address}`,
      `--route=/ignore=tcp?mismatch=ignore ${address}`,
      `--route=/close=tcp?mismatch=close ${address}`,
    ], { form });
    using convert = await RawClient.open(`${server.url}convert`);
    await convert.send(TEXT);
    assertEquals(await contentOf(convert), bytesOf(TEXT));
    using ignore = await RawClient.open(`${server.url}ignore`);
    await ignore.send(TEXT);
    await ignore.send(bytesOf("1"));
    assertEquals(await contentOf(ignore), bytesOf("1"));
    await server.stdout.until(/Ignored a text message, and each that follows: only binary/);
    using close = await RawClient.open(`${server.url}close`);
    await close.send(TEXT);
    assertEquals((await close.rest()).closed, "1003 Only binary messages are taken here");
    for (const client of [convert, ignore]) {
      await client.close();
      await client.rest();
    }
    listener.close();
    await echoes;
  },
);

Deno.test("stdws mismatch= says what it does not take", async () => {
  const { stderr } = await runToEnd(["--port=0", "--mismatch=drop", "cat"]);
  assertMatch(stderr, /Invalid value "drop" for --mismatch: expected convert, ignore, close/);
});
