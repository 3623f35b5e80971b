import { assertEquals, assertMatch } from "@std/assert";
import { RawClient, type Received } from "../support/client.ts";
import { Scripts } from "../support/scripts.ts";
import { testEach, TestServer, testTable } from "../support/server.ts";

/** A program that answers each message of a codec with the same, and tells how it read it. */
const ECHOES: Readonly<Record<string, string>> = {
  lines: "exec cat",
  nul: "exec cat",
  length: "exec cat",
  "content-length": "exec cat",
  // Spread over lines, and several on one.
  json: `sed -u 's/^/{"read":\\n/; s/$/}"and" 1/'`,
};
const TEXTS = ["one", "", "é 😀"];
const SAID: Readonly<Record<string, readonly (string | Uint8Array)[]>> = {
  lines: TEXTS,
  nul: ["one", "", "two\nlines\n"],
  length: [Uint8Array.of(0, 10, 255), new Uint8Array(), new Uint8Array(70_000).fill(7)],
  "content-length": [...TEXTS, "\r\n\r\n", "x".repeat(100_000)],
  json: ["1", '{\n  "a": [\r\n1]\n}'],
};
const HEARD: Readonly<Record<string, readonly (string | Uint8Array)[]>> = {
  json: ['{"read":\n1}', '"and"', "1", '{"read":\n{   "a": [  1] }}', '"and"', "1"],
};

async function contentOf(client: RawClient): Promise<string | Uint8Array | Received> {
  const received = await client.next();
  return received.kind === "text" || received.kind === "binary" ? received.data : received;
}

for (const handler of ["process", "shared"]) {
  const testFraming = testTable();
  for (const [framing, echo] of Object.entries(ECHOES)) {
    testFraming(`stdws ${handler} framing=${framing} carries messages both ways`, async (form) => {
      await using scripts = await Scripts.write({ echo });
      const route = `--route=/=${handler}?framing=${framing} ${scripts.folder}/echo`;
      await using server = await TestServer.start([route], { form });
      using client = await RawClient.open(server.url);
      for (const message of SAID[framing] ?? []) await client.send(message);
      for (const message of HEARD[framing] ?? SAID[framing] ?? []) {
        assertEquals(await contentOf(client), message);
      }
    });
  }

  testEach(`stdws ${handler} framing=json refuses what is no JSON, and says so`, async (form) => {
    const route = `--route=/=${handler}?framing=json cat`;
    await using server = await TestServer.start([route], { form });
    using client = await RawClient.open(server.url);
    await client.send("[1]");
    assertEquals(await client.text(), "[1]");
    await client.send("hello");
    assertEquals((await client.rest()).closed, "1007 A message has to be one JSON value");
    await server.stdout.until(/ERROR .*A message has to be one JSON value/);
  });

  testEach(`stdws ${handler} framing=json ends where a program writes none`, async (form) => {
    const route = `--route=/=${handler}?framing=json sh -c 'echo {}; echo oops; exec sleep 600'`;
    await using server = await TestServer.start([route], { form });
    using client = await RawClient.open(server.url);
    assertEquals(await client.rest(), { texts: ["{}"], closed: "1011 The output is no JSON" });
    await server.stdout.until(/ERROR .*stdout of process \d+: The output is no JSON$/);
  });
}

testEach("stdws framing=streams tells stderr from stdout", async (form) => {
  const route = "--route=/=process?framing=streams sh -c 'echo a; read -r go; echo b >&2'";
  await using server = await TestServer.start([route], { form });
  using client = await RawClient.open(server.url);
  assertEquals(await client.text(), '{"stream":"stdout","data":"a"}');
  await client.send("go");
  assertEquals(await client.text(), '{"stream":"stderr","data":"b"}');
});

testEach("stdws framing=length gives text as its bytes, and answers in binary", async (form) => {
  await using server = await TestServer.start(["--route=/=process?framing=length cat"], { form });
  using client = await RawClient.open(server.url);
  await client.send("é");
  assertEquals(await contentOf(client), Uint8Array.of(0xc3, 0xa9));
});

/** Says to all who comes and leaves, greets who comes, and hands on what is said to the one that is named. */
const TAGGED = `#!/bin/bash
while IFS= read -r line; do
  case "$line" in
    +*) printf '%s\\thello\\n' "\${line#+}"; printf '*\\t%s\\n' "$line";;
    -*) printf '*\\t%s\\n' "$line";;
    *) id=\${line%%$'\\t'*}; text=\${line#*$'\\t'}
      case "$text" in
        bye) echo "-$id";;
        mistake) echo no tab; printf 'nobody\\tx\\n';;
        *) printf '*\\t%s says %s\\n' "$id" "$text";;
      esac;;
  esac
done`;

testEach("stdws shared framing=tagged lets a shell script talk to each client", async (form) => {
  await using scripts = await Scripts.write({ tagged: TAGGED });
  const route = `--route=/=shared?framing=tagged ${scripts.folder}/tagged`;
  await using server = await TestServer.start([route], { form });
  using one = await RawClient.open(server.url);
  assertEquals(await one.text(), "hello");
  const first = (await one.text()).slice(1);
  using two = await RawClient.open(server.url);
  assertEquals(await two.text(), "hello");
  const second = (await two.text()).slice(1);
  assertEquals(await one.text(), `+${second}`);
  // Nobody speaks for another, nor makes somebody come.
  await two.send(`a\n+evil\n${first}\tb`);
  for (const text of ["a", "+evil", `${first}\tb`]) {
    assertEquals(await one.text(), `${second} says ${text}`);
  }
  await one.send("mistake");
  await server.stdout.until(/ERROR .*: expected an id or \*, a tab, and a text: no tab$/);
  await server.stdout.until(/ERROR .*: there is no "nobody": nobody\tx$/);
  await one.send("bye");
  assertEquals((await one.rest()).closed, "1000");
  one[Symbol.dispose]();
  const rest = [];
  for (let count = 0; count < 4; count++) rest.push(await two.text());
  assertEquals(rest.at(-1), `-${first}`);
}, ["bash"]);

testEach("stdws shared framing=tagged tells a new process who is there", async (form) => {
  const program = 'read -r who; echo "*\t$who $$"; read -r who; exit 1';
  const route = `--route=/=shared?framing=tagged&restart=on-failure bash -c '${program}'`;
  await using server = await TestServer.start([route], { form });
  using client = await RawClient.open(server.url);
  const [who, pid] = (await client.text()).split(" ");
  await client.send("end");
  const [again, other] = (await client.text()).split(" ");
  assertEquals(again, who);
  assertMatch(`${pid} ${other}`, /^(\d+) (?!\1$)\d+$/);
}, ["bash"]);

// A language server from npm, about 3 MB.
const LANGUAGE_SERVER = "npm:dockerfile-language-server-nodejs@0.15.0";

testEach("stdws framing=content-length speaks with a language server", async (form) => {
  const fetched = await new Deno.Command(Deno.execPath(), {
    args: ["cache", "--quiet", "--no-lock", LANGUAGE_SERVER],
  }).output();
  assertEquals(fetched.success, true, new TextDecoder().decode(fetched.stderr));
  const route = "/=process?framing=content-length&passenv=PATH,HOME,DENO_DIR,XDG_CACHE_HOME";
  const program = `${Deno.execPath()} run -A --quiet --no-lock ${LANGUAGE_SERVER} --stdio`;
  await using server = await TestServer.start([`--route=${route} ${program}`], { form });
  using client = await RawClient.open(server.url);
  const params = { processId: null, rootUri: null, capabilities: {} };
  await client.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params }));
  const answer = JSON.parse(await client.text());
  assertEquals([answer.jsonrpc, answer.id], ["2.0", 1]);
  assertEquals(typeof answer.result.capabilities, "object");
  await client.send(JSON.stringify({ jsonrpc: "2.0", id: 2, method: "shutdown" }));
  assertEquals(JSON.parse(await client.text()).id, 2);
});
