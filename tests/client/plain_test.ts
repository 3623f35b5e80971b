import { assertEquals } from "@std/assert";
import { PeerListener } from "../support/peer.ts";
import {
  agree,
  begin,
  control,
  greet,
  Heard,
  ID,
  MARK,
  offered,
  takeBack,
} from "../support/session_peer.ts";

Deno.test("ResumingWebSocket is a plain one with a server that has no sessions", async () => {
  using listener = new PeerListener();
  const heard = new Heard(listener.url, {}, "chat");
  const { socket } = heard;
  using peer = await listener.accept();
  assertEquals(offered(peer), ["stdws.resume.v1", "chat"]);
  await peer.upgrade("Sec-WebSocket-Protocol: chat\r\n");
  await heard.tells("open");
  assertEquals([socket.resumes, socket.protocol], [false, "chat"]);
  socket.send(MARK);
  assertEquals(await peer.text(), MARK);
  await peer.send(MARK);
  await heard.tells(`message ${MARK}`);
  peer[Symbol.dispose]();
  await heard.tells("error", "close 1006");
});

Deno.test("ResumingWebSocket asks again for nothing where a server agrees to no subprotocol", async () => {
  using listener = new PeerListener();
  const heard = new Heard(listener.url);
  // As a browser ends it.
  (await listener.accept())[Symbol.dispose]();
  using peer = await listener.accept();
  assertEquals(offered(peer), [""]);
  await peer.upgrade();
  await heard.tells("open");
  assertEquals([heard.socket.resumes, heard.socket.protocol], [false, ""]);
  heard.socket.close(3000, "bye");
  assertEquals(await peer.next(), { kind: "close", code: 3000, reason: "bye" });
  await peer.leave(3000);
  await heard.tells("close 3000");
});

Deno.test("ResumingWebSocket asks for a session again when a server was not there", async () => {
  using listener = new PeerListener();
  const heard = new Heard(listener.url);
  (await listener.accept())[Symbol.dispose]();
  (await listener.accept())[Symbol.dispose]();
  await heard.tells("reconnecting after 1006");
  using peer = await agree(listener);
  await greet(peer);
  await heard.tells("open");
  await peer.end(1000);
  await heard.tells("close 1000");
});

Deno.test("ResumingWebSocket is over when its server has no sessions any more", async () => {
  using listener = new PeerListener();
  const { heard, peer } = await begin(listener);
  peer[Symbol.dispose]();
  await heard.tells("reconnecting after 1006");
  using again = await listener.accept();
  await again.upgrade();
  await heard.tells("error", "close 4410 No sessions any more");
  assertEquals(await again.closed(), 4400);
  await again.leave(4400);
  await heard.gone();
});

const FIRST: [what: string, message: string | Uint8Array][] = [
  ["no control message", "hello"],
  ["binary", Uint8Array.of(16, 123, 125)],
  ["no JSON", `${MARK}{"session":`],
  ["no object", `${MARK}null`],
  ["an acknowledgement", `${MARK}{"ack":0}`],
  ["deep", `${MARK}${"[".repeat(100_000)}`],
  ...([
    ["an id that is short", { session: "a" }],
    ["an id that ends a header", { session: `${ID}\r\nX: y` }],
    ["a list of ids", { session: [ID, ID] }],
    ["no number of what it has", { received: undefined }],
    ["a text for what it has", { received: "x" }],
    ["a part of a message that it has", { received: 0.5 }],
    ["less than nothing that it has", { received: -1 }],
    ["no number of what it has sent", { sent: undefined }],
    ["a part of a message that it has sent", { sent: 1.5 }],
    ["an object for what it has sent", { sent: {} }],
    ["less than nothing that it has sent", { sent: -1 }],
  ] as const).map(([what, different]): [string, string] => {
    const usual = { session: ID, for: 1, bytes: 1000, received: 0, sent: 0, subprotocol: "" };
    return [what, MARK + JSON.stringify({ ...usual, ...different })];
  }),
];
for (const [what, message] of FIRST) {
  Deno.test(`ResumingWebSocket ends where the first message is ${what}`, async () => {
    using listener = new PeerListener();
    const heard = new Heard(listener.url);
    using peer = await agree(listener);
    await peer.send(message);
    await heard.tells("error", "close 1002 Protocol error");
    assertEquals(await peer.next(), { kind: "close", code: 4400, reason: "Protocol error" });
    await peer.leave(4400);
    await heard.gone();
  });
}

for (const ack of [-1, 2, 0.5, "x", 1e308, {}, [1, 2]]) {
  Deno.test(`ResumingWebSocket ends where ${JSON.stringify(ack)} is acknowledged`, async () => {
    using listener = new PeerListener();
    const { heard, socket, peer } = await begin(listener);
    socket.send("one");
    assertEquals(await peer.text(), "one");
    await control(peer, { ack });
    await heard.tells("error", "close 1002 Protocol error");
    assertEquals(await peer.closed(), 4400);
    await peer.leave(4400);
    await heard.gone();
  });
}

const BACK: [what: string, different: Record<string, unknown>][] = [
  ["another session", { session: "another-session-of-it-" }],
  ["more than was sent", { received: 2 }],
  ["less than was acknowledged", { received: 0 }],
  ["less than has come", { received: 1, sent: 0 }],
];
for (const [what, different] of BACK) {
  Deno.test(`ResumingWebSocket ends where it comes back to ${what}`, async () => {
    using listener = new PeerListener();
    const { heard, socket, peer } = await begin(listener);
    socket.send("one");
    await control(peer, { ack: 1 });
    await peer.send("1");
    await heard.tells("message 1");
    peer[Symbol.dispose]();
    await heard.tells("reconnecting after 1006");
    using again = await takeBack(listener, 1);
    await greet(again, { received: 1, sent: 1, ...different });
    await heard.tells("error", "close 1002 Protocol error");
    assertEquals(await again.closed(), 4400);
    await again.leave(4400);
    await heard.gone();
  });
}

Deno.test("ResumingWebSocket takes what a later version says, and huge numbers", async () => {
  using listener = new PeerListener();
  const huge = 2 ** 53 - 1;
  const { heard, socket, peer } = await begin(listener, {}, { sent: huge, bytes: 1e308, for: -1 });
  await control(peer, { weather: "fine" });
  await peer.send("next");
  await heard.tells("message next");
  socket.send("one");
  assertEquals(await peer.text(), "one");
  await control(peer, { ack: 1 });
  await peer.end(1000);
  await heard.tells("close 1000");
  assertEquals(socket.bufferedAmount, 0);
});

Deno.test("ResumingWebSocket says nothing on a connection that is closing, as that is an error to a browser", async () => {
  const late: unknown[] = [];
  let isClosing = false;
  class Watched extends WebSocket {
    override get readyState() {
      return isClosing ? WebSocket.CLOSING : super.readyState;
    }
    override send(data: string) {
      if (isClosing) late.push(data);
      super.send(data);
    }
  }
  using listener = new PeerListener();
  const heard = new Heard(listener.url, { WebSocket: Watched }, "chat");
  using peer = await listener.accept();
  await peer.upgrade("Sec-WebSocket-Protocol: chat\r\n");
  await heard.tells("open");
  isClosing = true;
  heard.socket.send("late");
  assertEquals(late, []);
  await peer.end(1000);
  await heard.tells("close 1000");
});

Deno.test("ResumingWebSocket takes a class of connections that says no state", async () => {
  class Stateless extends WebSocket {
    override get readyState() {
      return undefined as unknown as number;
    }
  }
  using listener = new PeerListener();
  const heard = new Heard(listener.url, { WebSocket: Stateless });
  using peer = await agree(listener);
  await greet(peer);
  await heard.tells("open");
  heard.socket.send("said");
  assertEquals(await peer.text(), "said");
  await peer.end(1000);
  await heard.tells("close 1000");
});
