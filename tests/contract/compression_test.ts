import { assert, assertEquals, assertMatch } from "@std/assert";
import { constants, deflateRawSync } from "node:zlib";
// @ts-types="../../lib/base/ws.d.ts"
import type { PerMessageDeflateOptions } from "ws";
import { Browser } from "../support/browser.ts";
import { RawClient } from "../support/client.ts";
import { ClientProcess } from "../support/client_process.ts";
import { DeflatingClient, type Said } from "../support/deflating_client.ts";
import { bytesFrom, numbers, oneOf, type Random } from "../support/numbers.ts";
import { PeerListener } from "../support/peer.ts";
import { needing } from "../support/programs.ts";
import { TestServer } from "../support/server.ts";

function deflated(message: string | Uint8Array): Uint8Array {
  const bytes = deflateRawSync(message, { finishFlush: constants.Z_SYNC_FLUSH });
  return new Uint8Array(bytes.subarray(0, -4));
}

const ON = { form: "node" } as const;

/** A row of JSON, of about 100 bytes. */
function row(random: Random): string {
  const name = oneOf(random, ["alice", "bob", "carol", "dave"]);
  const note = oneOf(random, ["on its way", "waiting for payment", "cancelled by the customer"]);
  return JSON.stringify({ id: random(1e6), name, price: random(1e5) / 100, note, done: false });
}

function someMessages(random: Random, count: number): Said[] {
  return Array.from({ length: count }, (_, index) => {
    if (index % 7 === 0) return oneOf(random, ["", new Uint8Array(), "€", Uint8Array.of(255)]);
    if (index % 5 === 0) return bytesFrom(random, random(3_000));
    const rows = Array.from({ length: random(oneOf(random, [3, 30, 900])) }, () => row(random));
    return `[${rows.join()}]`;
  });
}

const OPTIONS: readonly string[][] = [
  [],
  ["--compressbits=9"],
  ["--compresscontext"],
  ["--compresscontext", "--compressbits=10", "--compressmin=0"],
];
const OFFERS: readonly (boolean | PerMessageDeflateOptions)[] = [
  true,
  { threshold: 0, serverMaxWindowBits: 9 },
  { serverNoContextTakeover: true, clientMaxWindowBits: 10 },
  { threshold: 0, clientNoContextTakeover: true },
];
for (const args of OPTIONS) {
  Deno.test(`--compress ${args.join(" ")} carries any messages both ways, in their order`, async () => {
    await using server = await TestServer.start(["--compress", "--echo", ...args], ON);
    for (const [seed, offer] of OFFERS.entries()) {
      const client = await DeflatingClient.open(server.url, offer);
      assertMatch(client.terms, /^permessage-deflate/);
      const messages = someMessages(numbers(seed), 60);
      for (const [index, message] of messages.entries()) {
        client.send(message);
        if (index % 10 === 0) client.ping();
      }
      assertEquals(await client.messages(messages.length), messages);
      const sent = messages.reduce((sum, message) => sum + message.length, 0);
      assert(client.bytesRead < sent / 2, `${client.bytesRead} bytes for ${sent}`);
      assertEquals(await client.close(4000), "4000");
    }
  });
}

const NEVER: [
  what: string,
  args: readonly string[],
  engine: "node" | "deno run",
  offer: boolean,
][] = [
  ["is off", [], "node", true],
  ["is not offered", ["--compress"], "node", false],
  ["cannot be done, as by the engine native", ["--compress"], "deno run", true],
];
for (const [what, args, form, offer] of NEVER) {
  Deno.test(`Messages are not compressed where that ${what}`, async () => {
    await using server = await TestServer.start(["--echo", ...args], { form });
    const client = await DeflatingClient.open(server.url, offer);
    assertEquals(client.terms, "");
    const message = "a".repeat(5_000);
    client.send(message);
    assertEquals(await client.messages(1), [message]);
    assert(client.bytesRead > 5_000);
    await client.close();
  });
}

Deno.test("compress= of a route decides in place of --compress", async () => {
  await using server = await TestServer.start([
    "--compress",
    "--route=/on=echo",
    "--route=/off=echo?compress=false",
    "--route=/own=echo?compresscontext&compressbits=11",
  ], ON);
  const agreed: [path: string, terms: RegExp][] = [
    ["on", /server_no_context_takeover/],
    ["off", /^$/],
    ["own", /^permessage-deflate; server_max_window_bits=11; client_max_window_bits=11$/],
  ];
  for (const [path, terms] of agreed) {
    const client = await DeflatingClient.open(server.url + path);
    assertMatch(client.terms, terms);
    await client.close();
  }
});

Deno.test("A room has members who compress, and others who do not", async () => {
  const args = ["--compress", "--route=/a=broadcast", "--route=/b=broadcast?compresscontext"];
  await using server = await TestServer.start(args, ON);
  for (const path of ["a", "b"]) {
    const url = server.url + path;
    const members = [
      await DeflatingClient.open(url),
      await DeflatingClient.open(url),
      await DeflatingClient.open(url, { serverMaxWindowBits: 9 }),
      await DeflatingClient.open(url, { serverNoContextTakeover: true }),
      await DeflatingClient.open(url, false),
    ];
    const random = numbers(1);
    const said = someMessages(random, 40);
    for (const [index, message] of said.entries()) {
      const speaker = members[index % members.length] as DeflatingClient;
      speaker.send(message);
      // So that it is known in which order they are said.
      for (const member of members) await member.messages(index + 1);
    }
    for (const member of members) assertEquals(member.received, said);
    const [first, , , , last] = members.map(({ bytesRead }) => bytesRead);
    assert((first as number) < (last as number) / 2);
    for (const member of members) assertEquals(await member.close(), "1000");
  }
});

Deno.test("A program behind --compress gets and says all there is, until its end", async () => {
  const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index} of many`);
  const script = 'read count; i=0; while read line; do echo "$line"; i=$((i+1)); ' +
    "[ $i = $count ] && break; done; seq 1 50000";
  for (const context of [false, true]) {
    const args = ["--compress", `--compresscontext=${context}`, "sh", "-c", script];
    await using server = await TestServer.start(args, ON);
    const client = await DeflatingClient.open(server.url, { threshold: 10 });
    client.send("200");
    const sent = lines.slice(0, 200);
    for (const line of sent) client.send(line);
    assertEquals(await client.closed, "1000");
    const counted = Array.from({ length: 50_000 }, (_, index) => `${index + 1}`);
    assertEquals(client.received, [...sent, ...counted]);
  }
});

Deno.test("A message that gets too large, or is broken, ends its connection and no other", async () => {
  const offer = { headers: { "Sec-WebSocket-Extensions": "permessage-deflate" } };
  await using server = await TestServer.start(["--compress", "--echo", "--maxframesize=100"], ON);
  using other = await RawClient.open(server.url, offer);
  const said: [payload: Uint8Array, answer: string][] = [
    [deflated("a".repeat(100)), "text"],
    [deflated("a".repeat(101)), "1009"],
    [deflated("a".repeat(10_000_000)), "1009"],
    [Uint8Array.of(255, 255), "1007"],
    [deflated(Uint8Array.of(255)), "1007"],
  ];
  for (const [payload, answer] of said) {
    using client = await RawClient.open(server.url, offer);
    await client.frame(0xc1, payload);
    const received = await client.next();
    assertEquals(received.kind === "close" ? `${received.code}` : received.kind, answer);
    await other.frame(0xc1, deflated(answer));
    assertEquals(await other.text(), answer);
  }
  using client = await RawClient.open(server.url);
  await client.frame(0xc1, deflated("a"));
  const received = await client.next();
  assertEquals(received.kind === "close" && received.code, 1002);
});

Deno.test({
  ...needing("A browser compresses, and reads what is compressed", "chromium"),
  fn: async () => {
    const args = [
      "--compress",
      "--route=/a=echo",
      "--route=/b=echo?compresscontext",
      "--devconsole=/c",
    ];
    await using server = await TestServer.start([...args, "--echo"], ON);
    await using browser = await Browser.launch();
    const page = await browser.open(`${server.url.replace("ws", "http")}c`);
    for (const path of ["a", "b"]) {
      const found = await page.evaluate(`new Promise((resolve, reject) => {
        const socket = new WebSocket(new URL("/${path}", location.href.replace("http", "ws")));
        const received = [];
        const said = Array.from({ length: 50 }, (_, index) => JSON.stringify({ index, words: "€uro ".repeat(index * 20) }));
        socket.onopen = () => said.forEach((message) => socket.send(message));
        socket.onerror = () => reject(new Error("It failed"));
        socket.onmessage = ({ data }) => {
          if (received.push(data) === said.length) socket.close(4000);
        };
        socket.onclose = ({ code }) => resolve([
          socket.extensions.split(";")[0], code, JSON.stringify(received) === JSON.stringify(said),
        ]);
      })`);
      assertEquals(found, ["permessage-deflate", 4000, true]);
    }
  },
});

Deno.test("stdws --connect --compress says what it says compressed, and reads it", async () => {
  const lines = Array.from({ length: 300 }, (_, index) => `${index} `.repeat(index)).join("\n") +
    "\n";
  for (const context of [false, true]) {
    const args = ["--compress", `--compresscontext=${context}`, "head", "-n300"];
    await using server = await TestServer.start(args, ON);
    const connect = [`--connect=${server.url}`, "--compress", "--quietms=600000"];
    assertEquals(await ClientProcess.run(lines, connect), { code: 0, stdout: lines, stderr: "" });
  }
});

Deno.test("stdws --connect offers compression only with --compress", async () => {
  for (const [args, offers] of [[["--compress"], true], [[], false]] as const) {
    using listener = new PeerListener();
    const connected = ClientProcess.run("", [`--connect=${listener.url}`, ...args, "--quietms=0"]);
    using peer = await listener.open();
    assertEquals(/^sec-websocket-extensions: permessage-deflate/im.test(peer.head), offers);
    await peer.end(1000);
    assertEquals((await connected).code, 0);
  }
});
