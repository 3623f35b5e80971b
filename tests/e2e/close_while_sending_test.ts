import { assertEquals } from "@std/assert";
import { frame, RawClient } from "../support/client.ts";
import { Nginx } from "../support/nginx.ts";
import { needing } from "../support/programs.ts";
import { TestServer } from "../support/server.ts";

const MIB = 1024 * 1024;

/** What ends a connection while its client sends on, and the close frame that it has to see. */
const CLOSES: [what: string, options: string[], first: Uint8Array, closed: string][] = [
  [
    "whose message is too large",
    ["--echo"],
    frame(0x82, new Uint8Array(20 * MIB)),
    "1009 A message may have 1048576 bytes",
  ],
  [
    "that breaks the protocol",
    ["--echo"],
    frame(0x83, new Uint8Array(9)),
    "1002 A frame has the opcode 3",
  ],
  ["whose text is none", ["--echo"], frame(0x81, Uint8Array.of(255)), "1007 A text is no UTF-8"],
  ["whose program has ended", ["true"], new Uint8Array(), "1000"],
  ["whose program has failed", ["sh", "-c", "exit 3"], new Uint8Array(), "4003 exit status 3"],
  [
    "whose message cannot be said in the framing",
    ["--framing=json", "cat"],
    frame(0x81, new TextEncoder().encode("{")),
    "1007 A message has to be one JSON value",
  ],
];
// What is behind it, of which nobody knows how much of it is on the way.
const MORE = Array.from({ length: 20 }, () => frame(0x82, new Uint8Array(MIB / 2)));

// Proxies as nginx end both sides as soon as one of them has ended.
for (const proxied of [false, true]) {
  const who = proxied ? "stdws behind nginx" : "stdws";
  for (const [what, options, first, closed] of CLOSES) {
    const name = `${who} lets a client ${what} read its close frame, though it sends on`;
    Deno.test({
      ...needing(name, ...proxied ? ["nginx"] : []),
      async fn() {
        const args = ["--address=127.0.0.1", "--engine=node", ...options];
        await using server = await TestServer.start(args);
        const upstream = { "/": server.url.replace("ws:", "http:") };
        await using nginx = proxied ? await Nginx.start(upstream) : undefined;
        using client = await RawClient.open(nginx ? `ws://127.0.0.1:${nginx.port}/` : server.url);
        await client.bytes(first);
        for (const message of MORE) await client.bytes(message);
        assertEquals((await client.rest()).closed, closed);
        for (const message of MORE) await client.bytes(message);
        await client.close(Number(closed.slice(0, 4)));
        // And not a reset.
        assertEquals((await client.rest()).closed, "1006");
        await server.stdout.until(/ DISCONNECT$/);
      },
    });
  }
}

Deno.test("stdws lets clients read its close frame at a shutdown, though they send on", async () => {
  const args = ["--engine=node", "--route=/echo=echo", "--route=/cat=process cat"];
  await using server = await TestServer.start(args);
  using echo = await RawClient.open(`${server.url}echo`);
  using cat = await RawClient.open(`${server.url}cat`);
  const clients = [echo, cat];
  const closes = clients.map(async (client) => {
    const sending = client.flood(20 * MORE.length, () => new Uint8Array(MIB / 2));
    const { closed } = await client.rest();
    await sending;
    return closed;
  });
  const { code } = await server.stop();
  assertEquals(code, 0);
  for (const closed of await Promise.all(closes)) assertEquals(closed, "1001 Server shutting down");
});
