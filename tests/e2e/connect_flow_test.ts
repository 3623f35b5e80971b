import { assert, assertEquals, assertMatch } from "@std/assert";
import { within } from "../../lib/base/within.ts";
import { ClientProcess } from "../support/client_process.ts";
import { freePort } from "../support/free_port.ts";
import { type Peer, PeerListener } from "../support/peer.ts";
import { untilIdle } from "../support/processes.ts";
import { testBoth } from "../support/server.ts";

const MEGABYTE = 1024 * 1024;

// Who makes no progress for so long, in ms, is held up.
const STALL = 1_000;

/** Sends 64 MB; answers how many were taken when it was held up, and a promise of its end. */
async function sendMuch(
  send: (part: Uint8Array) => Promise<void>,
): Promise<[number, Promise<void>]> {
  let sent = 0;
  const part = new Uint8Array(MEGABYTE).fill(10);
  const sending = (async () => {
    while (sent < 64) {
      await send(part);
      sent++;
    }
  })();
  for (let before = -1; sent > before && sent < 64;) {
    before = sent;
    if (await within(sending, STALL)) break;
  }
  return [sent, sending];
}

testBoth("stdws --connect reads no more input than the server takes", async (form) => {
  using listener = new PeerListener();
  const args = [`--connect=${listener.url}`, "--binary", "--quietms=0"];
  await using client = new ClientProcess(args, { form });
  using peer = await listener.open();
  const [taken, sending] = await sendMuch((part) => client.type(part));
  assert(taken < 32, `${taken} MB were taken for a server that reads nothing`);
  const ended = sending.then(() => client.eof());
  let received = 0;
  for (;;) {
    const message = await peer.next();
    if (message.kind === "close") break;
    assert(message.kind === "binary");
    received += message.data.length;
  }
  await ended;
  assertEquals(received, 64 * MEGABYTE);
  await peer.leave();
  assertEquals((await client.end()).code, 0);
});

testBoth(
  "stdws --connect reads no more from the server than is taken of its output",
  async (form) => {
    using listener = new PeerListener();
    await using client = new ClientProcess([`--connect=${listener.url}`, "--binary"], { form });
    using peer = await listener.open();
    const [taken, sending] = await sendMuch((part) => peer.send(part));
    assert(taken < 32, `${taken} MB were taken for an output that nobody reads`);
    const ended = sending.then(() => peer.end(4007));
    let received = 0;
    for await (const part of client.stdout) received += part.length;
    await ended;
    assertEquals(received, 64 * MEGABYTE);
    assertEquals((await client.child.status).code, 7);
  },
);

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  testBoth(`stdws --connect closes with 1000 at ${signal} and exits with ${code}`, async (form) => {
    using listener = new PeerListener();
    await using client = new ClientProcess([`--connect=${listener.url}`], { form });
    using peer = await listener.open();
    await client.type("hello\n");
    assertEquals(await peer.text(), "hello");
    client.kill(signal);
    assertEquals(await peer.closed(), 1000);
    await peer.leave();
    assertEquals(await client.end(), { code, stdout: "", stderr: "" });
  });
}

testBoth("stdws --connect exits at once at the second SIGINT", async (form) => {
  using listener = new PeerListener();
  await using client = new ClientProcess([`--connect=${listener.url}`], { form });
  using peer = await listener.open();
  await client.type("hello\n");
  assertEquals(await peer.text(), "hello");
  client.kill("SIGINT");
  // It waits for an answer to this, and gets none.
  assertEquals(await peer.closed(), 1000);
  client.kill("SIGINT");
  assertEquals((await client.end()).code, 130);
});

testBoth("stdws --connect exits at SIGINT also where nobody reads its output", async (form) => {
  using listener = new PeerListener();
  await using client = new ClientProcess([`--connect=${listener.url}`, "--binary"], { form });
  using peer = await listener.open();
  await client.type("hello\n");
  assertEquals((await peer.next()).kind, "binary");
  // More than a pipe and the client hold; the system need not take all of the rest.
  const sending = (async () => {
    for (let count = 0; count < 4; count++) await peer.send(new Uint8Array(MEGABYTE));
  })();
  await untilIdle(client.child.pid);
  client.kill("SIGINT");
  assertEquals(await peer.closed(), 1000);
  await sending;
  await peer.leave();
  assertEquals((await client.child.status).code, 130);
});

testBoth(
  "stdws --connect --reconnect loses no line, and ends after a close with 1000",
  async (form) => {
    using listener = new PeerListener();
    const args = [`--connect=${listener.url}`, "--reconnect"];
    await using client = new ClientProcess(args, { form });
    {
      using first = await listener.open();
      await client.type("one\n");
      assertEquals(await first.text(), "one");
      await first.send("from the first");
    }
    const line = await client.stderr.until(/connecting again/);
    assertMatch(line, /^stdws: closed with 1006 .+; connecting again in 0\.[2-5] s$/);
    await client.type("two\nthree\n");
    await endWith(await listener.open(), ["two", "three"]);
    const { code, stdout, stderr } = await client.end();
    assertEquals([code, stdout], [0, "from the first\nfrom the second\n"]);
    assertEquals(stderr, `${line}\nstdws: connected to ${listener.url}`);
  },
);

async function endWith(second: Peer, texts: readonly string[]): Promise<void> {
  using peer = second;
  for (const text of texts) assertEquals(await peer.text(), text);
  await peer.send("from the second");
  await peer.end(1000);
}

testBoth("stdws --connect --reconnect tries until there is a server", async (form) => {
  const port = freePort();
  const args = [`--connect=ws://127.0.0.1:${port}/`, "--reconnect"];
  await using client = new ClientProcess(args, { form });
  await client.type("one\n");
  await client.stderr.until(/ECONNREFUSED.*; connecting again in 0\.[2-5] s$/);
  await client.stderr.until(/ECONNREFUSED.*; connecting again in (0\.[5-9]|1\.0) s$/);
  using listener = new PeerListener(port);
  {
    using refused = await listener.accept();
    await refused.write("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
    await client.stderr.until(/503 Service Unavailable; connecting again in/);
  }
  await endWith(await listener.open(), ["one"]);
  const { code, stdout } = await client.end();
  assertEquals([code, stdout], [0, "from the second\n"]);
});

testBoth("stdws --connect --reconnect ends at SIGINT while it waits", async (form) => {
  const args = [`--connect=ws://127.0.0.1:${freePort()}/`, "--reconnect"];
  await using client = new ClientProcess(args, { form });
  await client.stderr.until(/connecting again in/);
  client.kill("SIGINT");
  assertEquals((await client.end()).code, 130);
});
