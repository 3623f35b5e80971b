import { assert, assertEquals, assertMatch } from "@std/assert";
import { ClientProcess } from "../support/client_process.ts";
import { CuttingProxy } from "../support/cutting_proxy.ts";
import { type Peer, PeerListener } from "../support/peer.ts";
import { testBoth, testEach, TestServer } from "../support/server.ts";
import { agree, control, controlled, greet, offered, takeBack } from "../support/session_peer.ts";

/** Reads up to the acknowledgement of a message: those before it are acknowledged for themselves where it is late. */
async function untilAcknowledged(peer: Peer, number: number): Promise<void> {
  while ((await controlled(peer) as { ack: number }).ack !== number);
}

testBoth("stdws --connect --reconnect goes on with its session, both ways", async (form) => {
  using listener = new PeerListener();
  const args = [`--connect=${listener.url}`, "--reconnect", "--subprotocol=chat"];
  await using client = new ClientProcess(args, { form });
  const first = await agree(listener);
  assertEquals(offered(first)[1], "chat");
  await greet(first, { subprotocol: "chat" });
  await client.type("one\ntwo\n");
  assertEquals([await first.text(), await first.text()], ["one", "two"]);
  await first.send("1");
  await first.send(Uint8Array.of(50, 10));
  await untilAcknowledged(first, 2);
  first[Symbol.dispose]();
  const broke = await client.stderr.until(/connecting again/);
  assertMatch(broke, /^stdws: closed with 1006 .+; connecting again in 0\.[2-5] s$/);
  // What is typed meanwhile waits.
  await client.type("three\n");
  using again = await takeBack(listener, 2);
  await greet(again, { received: 1, sent: 5, lost: 3, subprotocol: "chat" });
  assertEquals([await again.text(), await again.text()], ["two", "three"]);
  await control(again, { ack: 3 });
  await again.send("last");
  await again.end(1000);
  const { code, stdout, stderr } = await client.end();
  assertEquals([code, stdout], [0, "1\n2\nlast\n"]);
  assertEquals(stderr.split("\n").slice(-2), [
    "stdws: lost 3 messages of the server",
    `stdws: connected to ${listener.url}, the session goes on`,
  ]);
});

testBoth("stdws --connect --reconnect begins anew where its session is over", async (form) => {
  using listener = new PeerListener();
  await using client = new ClientProcess([`--connect=${listener.url}`, "--reconnect"], { form });
  const first = await agree(listener);
  await greet(first);
  await client.type("one\n");
  assertEquals(await first.text(), "one");
  first[Symbol.dispose]();
  const known = await takeBack(listener, 0);
  await known.end(4410, "The session is not known");
  await client.type("two\n");
  const second = await agree(listener);
  assertEquals(offered(second).length, 1);
  await greet(second, { session: "another-session-of-it-" });
  assertEquals(await second.text(), "two");
  await second.end(1000);
  const { code, stderr } = await client.end();
  assertEquals(code, 0);
  assertMatch(
    stderr,
    /of what was sent, up to 67 bytes may not have arrived\nstdws: closed with 4410 The session is not known; connecting again/,
  );
});

testBoth(
  "stdws --connect --reconnect tells why it cannot come back, and ends at SIGINT",
  async (form) => {
    const listener = new PeerListener();
    await using client = new ClientProcess([`--connect=${listener.url}`, "--reconnect"], { form });
    const first = await agree(listener);
    await greet(first);
    listener[Symbol.dispose]();
    first[Symbol.dispose]();
    await client.stderr.until(/^stdws: closed with 1006 .+; connecting again/);
    await client.stderr.until(/^stdws: Cannot connect to .+ECONNREFUSED.*; connecting again/);
    client.kill("SIGINT");
    assertEquals((await client.end()).code, 130);
  },
);

testBoth(
  "stdws --connect --reconnect does without where a server refuses sessions",
  async (form) => {
    using listener = new PeerListener();
    await using client = new ClientProcess([`--connect=${listener.url}`, "--reconnect"], { form });
    {
      using refused = await listener.accept();
      assertEquals(offered(refused), ["stdws.resume.v1"]);
      await refused.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    }
    using peer = await listener.open();
    assertEquals(offered(peer), [""]);
    await peer.send("plain");
    await peer.end(1000);
    assertEquals(await client.end(), { code: 0, stdout: "plain\n", stderr: "" });
  },
);

testBoth(
  "stdws --connect --reconnect closes when the server has all, and nothing comes",
  async (form) => {
    using listener = new PeerListener();
    const args = [`--connect=${listener.url}`, "--reconnect", "--quietms=0"];
    await using client = new ClientProcess(args, { form });
    using peer = await agree(listener);
    await greet(peer);
    await client.type("one\n");
    await client.eof();
    assertEquals(await peer.text(), "one");
    await peer.send("answer");
    await control(peer, { ack: 1 });
    let end = await peer.next();
    // It may have said before that it has the answer.
    if (end.kind === "text") {
      assertEquals(end.data, '\x10{"ack":1}');
      end = await peer.next();
    }
    assertEquals(end, { kind: "close", code: 1000, reason: "" });
    await peer.leave();
    assertEquals(await client.end(), { code: 0, stdout: "answer\n", stderr: "" });
  },
);

testEach("stdws --connect --reconnect carries all lines through cuts, both ways", async (form) => {
  const args = ["--route=/=process?resume=60s head -n 50000"];
  await using server = await TestServer.start(args, { form });
  await using proxy = new CuttingProxy(server.url);
  let [left, cuts] = [50_000, 0];
  proxy.onpass = (count) => {
    left -= count;
    if (left > 0 || cuts === 3) return;
    left = 200_000;
    cuts++;
    proxy.cut();
  };
  const input = Array.from({ length: 50_000 }, (_, index) => `line ${index}\n`).join("");
  const connect = [`--connect=${proxy.url}`, "--reconnect", "--quietms=600000"];
  const { code, stdout, stderr } = await ClientProcess.run(input, connect, { form });
  assertEquals([code, cuts], [0, 3]);
  assert(stdout === input, `${stdout.length} of ${input.length} characters came back`);
  assertMatch(stderr, /^stdws: closed with 1006 .+; connecting again in/m);
  assertMatch(stderr, /^stdws: connected to .+, the session goes on$/m);
});
