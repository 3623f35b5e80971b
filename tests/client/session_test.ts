import { assert, assertEquals, assertThrows } from "@std/assert";
import { ResumingWebSocket } from "../../lib/client/client.ts";
import { FakeTimers } from "../base/fake_timers.ts";
import { PeerListener } from "../support/peer.ts";
import {
  agree,
  begin,
  control,
  controlled,
  greet,
  Heard,
  MARK,
  offered,
  takeBack,
} from "../support/session_peer.ts";

Deno.test("ResumingWebSocket is open when the server has told of the session", async () => {
  using listener = new PeerListener();
  const heard = new Heard(listener.url, {}, ["chat", "other"]);
  const { socket } = heard;
  assertEquals([socket.readyState, socket.resumes, socket.url], [0, undefined, listener.url]);
  assertThrows(() => socket.send("early"), DOMException, "Not open yet");
  using peer = await agree(listener);
  assertEquals(offered(peer).slice(1), ["chat", "other"]);
  await greet(peer, { subprotocol: "chat", news: { of: "a later version" } });
  await heard.tells("open");
  assertEquals([socket.readyState, socket.resumes, socket.protocol], [1, true, "chat"]);
  socket.close(1000, "done");
  assertEquals(socket.readyState, ResumingWebSocket.CLOSING);
  assertEquals(await peer.next(), { kind: "close", code: 1000, reason: "done" });
  await peer.leave();
  await heard.tells("close 1000");
  assertEquals(socket.readyState, socket.CLOSED);
});

Deno.test("ResumingWebSocket goes on where its connection broke, both ways", async () => {
  using listener = new PeerListener();
  const { heard, socket, peer } = await begin(listener);
  for (const text of ["a", "b", "c"]) socket.send(text);
  assertEquals([await peer.text(), await peer.text(), await peer.text()], ["a", "b", "c"]);
  await peer.send("1");
  await heard.tells("message 1");
  peer[Symbol.dispose]();
  await heard.tells("reconnecting after 1006");
  assertEquals([socket.readyState, socket.reconnecting], [1, true]);
  socket.send("d");
  using again = await takeBack(listener, 1);
  await greet(again, { received: 2, sent: 1 });
  await again.send("2");
  await heard.tells("resumed", "message 2");
  assertEquals([await again.text(), await again.text()], ["c", "d"]);
  assertEquals(socket.reconnecting, false);
  // Not between what is looked at next: it comes half a second after the message.
  assertEquals(await controlled(again), { ack: 2 });
  socket.close();
  assertEquals(await again.closed(), 1005);
  await again.leave();
  await heard.tells("close 1000");
});

Deno.test("ResumingWebSocket tells how many messages of the server are lost", async () => {
  using listener = new PeerListener();
  const { heard, socket, peer } = await begin(listener);
  peer[Symbol.dispose]();
  using again = await takeBack(listener, 0);
  await greet(again, { sent: 7, lost: 7 });
  await heard.tells("reconnecting after 1006", "lost 7", "resumed");
  await again.send("eighth");
  await heard.tells("message eighth");
  assertEquals(await controlled(again), { ack: 8 });
  await again.end(1000);
  await heard.tells("close 1000");
  assertEquals(socket.readyState, 3);
});

Deno.test("ResumingWebSocket marks text that looks like control, either way", async () => {
  using listener = new PeerListener();
  const { heard, socket, peer } = await begin(listener);
  socket.send(`${MARK}{"ack":1}`);
  assertEquals(await peer.text(), `${MARK}${MARK}{"ack":1}`);
  await peer.send(`${MARK}${MARK}`);
  await heard.tells(`message ${MARK}`);
  await peer.end(1000);
  await heard.tells("close 1000");
});

Deno.test("ResumingWebSocket sends all kinds of data, as they were when they were given", async () => {
  using listener = new PeerListener();
  const { heard, socket, peer } = await begin(listener);
  peer[Symbol.dispose]();
  await heard.tells("reconnecting after 1006");
  const bytes = Uint8Array.of(0, 1, 2, 3);
  socket.send(bytes.buffer);
  socket.send(bytes.subarray(1, 3));
  socket.send(new DataView(bytes.buffer, 2));
  socket.send(new Blob([bytes]));
  bytes.fill(9);
  using again = await takeBack(listener, 0);
  await greet(again);
  for (const data of [[0, 1, 2, 3], [1, 2], [2, 3], [0, 1, 2, 3]]) {
    assertEquals(await again.next(), { kind: "binary", data: Uint8Array.from(data) });
  }
  await again.send(Uint8Array.of(16, 1));
  await heard.tells("resumed", "message of 16,1");
  await again.end(1000);
  await heard.tells("close 1000");
});

Deno.test("ResumingWebSocket acknowledges 64 messages at once, and one soon", async () => {
  using timers = new FakeTimers();
  using listener = new PeerListener();
  const { heard, peer } = await begin(listener);
  for (let number = 1; number <= 65; number++) await peer.send("");
  for (let number = 1; number <= 65; number++) await heard.tells("message ");
  assertEquals(await controlled(peer), { ack: 64 });
  await timers.pass(500);
  assertEquals(await controlled(peer), { ack: 65 });
  await peer.send("x".repeat(65_536));
  assertEquals(await controlled(peer), { ack: 66 });
  await peer.end(1000);
  await heard.gone();
  await timers.pass(0);
  await heard.tells(`message ${"x".repeat(65_536)}`, "close 1000");
});

Deno.test("ResumingWebSocket sends no more than the server takes, and closes behind the rest", async () => {
  using listener = new PeerListener();
  const { heard, socket, peer } = await begin(listener, {}, { bytes: 100 });
  for (const text of ["a", "€".repeat(10), "c"]) socket.send(text);
  assertEquals(socket.bufferedAmount, 3 * 64 + 1 + 30 + 1);
  socket.close(4001, "over");
  assertEquals(socket.readyState, 2);
  assertEquals([await peer.text(), await peer.text()], ["a", "€".repeat(10)]);
  await control(peer, { ack: 1 });
  assertEquals(await peer.text(), "c");
  assertEquals(await peer.next(), { kind: "close", code: 4001, reason: "over" });
  await peer.leave(4001);
  await heard.tells("close 4001");
});

Deno.test("ResumingWebSocket comes back to send what was left when it was closed", async () => {
  using listener = new PeerListener();
  const { heard, socket, peer } = await begin(listener);
  socket.send("a");
  peer[Symbol.dispose]();
  await heard.tells("reconnecting after 1006");
  socket.close(1000);
  using again = await takeBack(listener, 0);
  await greet(again);
  assertEquals([await again.text(), await again.closed()], ["a", 1000]);
  await again.leave();
  await heard.tells("resumed", "close 1000");
});

Deno.test("ResumingWebSocket that is closed without a connection and with nothing to send is over", async () => {
  using listener = new PeerListener();
  const { heard, socket, peer } = await begin(listener, { minDelay: 60_000, maxDelay: 60_000 });
  peer[Symbol.dispose]();
  await heard.tells("reconnecting after 1006");
  socket.close();
  // As whoever uses a WebSocket listens.
  await new Promise((resolve) => socket.onclose = resolve);
  await heard.tells("error");
  assertEquals(socket.readyState, 3);
});

Deno.test("ResumingWebSocket that is closed twice gives up what it had to send", async () => {
  using listener = new PeerListener();
  const { heard, socket, peer } = await begin(listener, { minDelay: 60_000, maxDelay: 60_000 });
  peer[Symbol.dispose]();
  await heard.tells("reconnecting after 1006");
  socket.send("never");
  socket.close();
  assertEquals(socket.readyState, 2);
  socket.close();
  await heard.tells("error", "close 1006 No connection");
  assertEquals(socket.bufferedAmount, 64 + 5);
  let again = 0;
  socket.onclose = () => again++;
  socket.close();
  assertEquals([socket.readyState, again], [3, 0]);
});

Deno.test("ResumingWebSocket takes no more than maxBuffer, and tells when there is room", async () => {
  using listener = new PeerListener();
  const { heard, socket, peer } = await begin(listener, { maxBuffer: 1000 });
  const text = "x".repeat(500);
  socket.send(text);
  socket.send(text);
  const refused = assertThrows(() => socket.send(text), DOMException);
  assertEquals(refused.name, "QuotaExceededError");
  await control(peer, { ack: 2 });
  await heard.tells("drain");
  assertEquals(socket.bufferedAmount, 0);
  await peer.end(1000);
  await heard.tells("close 1000");
});

for (const code of [1000, 1008, 1011, 1013, 4000, 4410, 4411]) {
  Deno.test(`ResumingWebSocket is over after close ${code}`, async () => {
    using listener = new PeerListener();
    const { heard, peer } = await begin(listener);
    await peer.end(code, "why");
    await heard.tells(`close ${code} why`);
  });
}

for (const code of [1001, 1012]) {
  Deno.test(`ResumingWebSocket comes back after close ${code}`, async () => {
    using listener = new PeerListener();
    const { heard, peer } = await begin(listener);
    await peer.end(code);
    await heard.tells(`reconnecting after ${code}`);
    using again = await takeBack(listener, 0);
    await again.end(4410, "The session is not known");
    await heard.tells("close 4410 The session is not known");
  });
}

Deno.test("ResumingWebSocket waits longer each time, and anew after a good connection", async () => {
  using listener = new PeerListener();
  const delays: number[] = [];
  const { heard, socket, peer } = await begin(listener, { minDelay: 16, maxDelay: 64 });
  socket.addEventListener("reconnecting", ({ attempt, delay }) => delays.push(attempt, delay));
  peer[Symbol.dispose]();
  for (let attempt = 1; attempt < 5; attempt++) {
    (await takeBack(listener, 0))[Symbol.dispose]();
  }
  using good = await takeBack(listener, 0);
  await greet(good);
  await control(good, { ack: 0 });
  await good.send("x");
  for (let attempt = 1; attempt <= 5; attempt++) await heard.tells("reconnecting after 1006");
  await heard.tells("resumed", "message x");
  good[Symbol.dispose]();
  await heard.tells("reconnecting after 1006");
  for (const [index, most] of [16, 32, 64, 64, 64, 16].entries()) {
    assertEquals(delays[2 * index], index === 5 ? 1 : index + 1);
    const delay = delays[2 * index + 1] ?? NaN;
    assert(delay >= most / 2 && delay <= most, `${delay} is not half of ${most} to all of it`);
  }
  using last = await takeBack(listener, 1);
  await last.end(4410);
  await heard.tells("close 4410");
});

Deno.test("ResumingWebSocket gives up an attempt that nothing comes of", async () => {
  using timers = new FakeTimers();
  using listener = new PeerListener();
  const heard = new Heard(listener.url, { timeout: 20 });
  // Neither an answer, nor, after that, a first message.
  const silent = await listener.accept();
  await timers.pass(20);
  await heard.tells("reconnecting after 1006");
  await timers.pass(5);
  const quiet = await agree(listener);
  // It has heard of the upgrade when it answers.
  await quiet.frame(0x89, new Uint8Array());
  assertEquals((await quiet.next()).kind, "pong");
  await timers.pass(20);
  assertEquals(await quiet.closed(), 4412);
  await heard.tells("reconnecting after 1006");
  heard.socket.close();
  await timers.pass(0);
  await heard.tells("error", "close 1006 No connection");
  silent[Symbol.dispose]();
  await quiet.leave(4412);
  await heard.gone();
});

Deno.test("ResumingWebSocket leaves its connection when there is another network", async () => {
  using listener = new PeerListener();
  const { heard, peer } = await begin(listener, { minDelay: 600_000, maxDelay: 600_000 });
  globalThis.dispatchEvent(new Event("online"));
  await heard.tells("reconnecting after 1006");
  using again = await takeBack(listener, 0);
  assertEquals(await peer.closed(), 4412);
  await peer.leave(4412);
  await greet(again, { sent: 0 });
  await heard.tells("resumed");
  again[Symbol.dispose]();
  await heard.tells("reconnecting after 1006");
  // And does not wait when there is one again.
  globalThis.dispatchEvent(new Event("online"));
  using third = await takeBack(listener, 0);
  await third.end(1000);
  await heard.tells("close 1000");
  await heard.gone();
});
