import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { Batch } from "../../../lib/base/batch.ts";
import { HIGH_WATER_MARK } from "../../../lib/base/limits.ts";
import { Sessions } from "../../../lib/connection/resume/sessions.ts";
import { FakeTimers, settle } from "../../base/fake_timers.ts";
import { Joined, Line } from "./joined.ts";

Deno.test("ResumableTransport greets its client with an id, its bounds and the subprotocol", () => {
  const { line, session } = new Joined();
  const { session: id, ...greeting } = JSON.parse(String(line.take()[0]).slice(1));
  assertMatch(id, /^[A-Za-z0-9_-]{24}$/);
  assertNotEquals(id, new Joined().session.id);
  assertEquals(id, session.id);
  assertEquals(greeting, { for: 60_000, bytes: 16_384, received: 0, sent: 0, subprotocol: "chat" });
});

Deno.test("ResumableTransport passes messages both ways, and what looks like control as what it is", () => {
  const joined = new Joined();
  joined.line.take();
  joined.send("a", "\x10b");
  assertEquals(joined.line.take(), ["a", "\x10\x10b"]);
  joined.line.say("c");
  joined.line.say("\x10\x10d");
  joined.line.say(Uint8Array.of(16));
  assertEquals(joined.take(), ["opened", "c", "\x10d", "16"]);
  joined.line.events.closed(1000, "");
});

Deno.test("ResumableTransport goes on where its client was, both ways", () => {
  using timers = new FakeTimers();
  const joined = new Joined();
  joined.send("a", "b");
  joined.line.say("1");
  joined.line.events.closed(1006, "");
  assertEquals([joined.session.isAway, joined.sessions.waiting], [true, 1]);
  joined.send("c");
  const line = joined.back(1);
  assertEquals(line.greeting(), { received: 1, sent: 1, subprotocol: "chat" });
  assertEquals(line.take(), ["b", "c"]);
  line.say("2");
  joined.send("d");
  assertEquals(line.take(), ["d"]);
  assertEquals(joined.take(), ["opened", "1", "2"]);
  assertEquals([joined.session.isAway, joined.sessions.waiting], [false, 0]);
  line.events.closed(1000, "");
  assertEquals([joined.take(), joined.sessions.has(joined.session.id)], [["closed 1000"], false]);
  assertEquals(timers.pending, 0);
});

Deno.test("ResumableTransport sends nothing to a client that has not said what it has", () => {
  const joined = new Joined();
  joined.line.events.closed(1006, "");
  const line = new Line(joined.session);
  line.events.opened();
  joined.send("a");
  assertEquals([line.take(), joined.session.isAway], [[], true]);
  line.tell({ received: 0 });
  assertEquals(line.greeting().sent, 0);
  assertEquals(line.take(), ["a"]);
  line.events.closed(1000, "");
});

Deno.test("ResumableTransport closes an older transport, and takes nothing of it any more", () => {
  const joined = new Joined();
  joined.line.say("1");
  const line = new Line(joined.session);
  line.events.opened();
  assertEquals(joined.line.transport.closed, ["4411 Continued elsewhere"]);
  joined.line.say("2");
  joined.line.tell({ ack: 7 });
  joined.line.events.closed(1006, "");
  line.tell({ received: 0 });
  assertEquals(line.greeting().received, 1);
  line.say("2");
  assertEquals(joined.take(), ["opened", "1", "2"]);
  // Nobody counts it, so that it has little time.
  assertEquals(joined.line.transport.patience, [1_000]);
  line.events.closed(1000, "");
  assertEquals(joined.take(), ["closed 1000"]);
});

const ENDS: [code: number, ends: boolean][] = [
  [1000, true],
  [1005, true],
  [3000, true],
  [4000, true],
  [4999, true],
  [1001, false],
  [1002, false],
  [1006, false],
  [1012, false],
  [4411, false],
  [4412, false],
];
for (const [code, ends] of ENDS) {
  Deno.test(`ResumableTransport ${ends ? "ends" : "waits"} where its client closes with ${code}`, () => {
    for (const tellsBefore of [true, false]) {
      const joined = new Joined();
      if (tellsBefore) joined.line.events.closing(code, "x");
      joined.line.events.closed(code, "x");
      const before = tellsBefore ? [`closing ${code} x`] : [];
      assertEquals(joined.take(), ["opened", ...ends ? [...before, `closed ${code} x`] : []]);
      assertEquals([joined.session.isAway, joined.sessions.waiting], [true, ends ? 0 : 1]);
      if (ends) continue;
      joined.back(0).events.closed(1000, "");
    }
  });
}

Deno.test("ResumableTransport tells its connection that it broke when nobody has come back", async () => {
  using timers = new FakeTimers();
  const joined = new Joined();
  joined.send("abc", "d");
  joined.line.tell({ ack: 1 });
  joined.line.events.failed("reset");
  joined.line.events.closed(1006, "");
  await timers.pass(59_999);
  assertEquals(joined.take(), ["opened"]);
  await timers.pass(1);
  assertEquals(joined.take(), ["failed reset", "lost 1", "closed 1006"]);
  assertEquals([joined.sessions.has(joined.session.id), timers.pending], [false, 0]);
});

Deno.test("ResumableTransport waits on where its client comes back and says nothing", async () => {
  using timers = new FakeTimers();
  const joined = new Joined();
  joined.line.events.closed(1006, "");
  const line = new Line(joined.session);
  line.events.opened();
  await timers.pass(10_000);
  assertEquals(line.transport.closed, ["1002 It is not said what was received"]);
  await timers.pass(49_000);
  assertEquals(joined.take(), ["opened"]);
  const other = new Line(joined.session);
  other.events.opened();
  await timers.pass(1_000);
  assertEquals(joined.take(), ["closed 1006"]);
  assertEquals(other.transport.closed, ["4410 The session is not known"]);
  assertEquals(timers.pending, 0);
});

Deno.test("ResumableTransport tells a client how many of its messages are lost", () => {
  const joined = new Joined();
  joined.send("a", "b", "c");
  joined.line.tell({ ack: 2 });
  joined.line.events.closed(1006, "");
  // It has begun anew, and knows nothing of those that it had.
  const line = joined.back(0);
  assertEquals(line.greeting(), { received: 0, sent: 2, lost: 2, subprotocol: "chat" });
  assertEquals(line.take(), ["c"]);
  line.events.closed(1000, "");
});

Deno.test("ResumableTransport keeps no more than it may of what others make for a client that is away", () => {
  const joined = new Joined();
  joined.line.events.closed(1006, "");
  for (let index = 0; index < 20; index++) {
    joined.send(`${index}`.padEnd(936, "."));
    assertEquals(joined.session.shed(), index < 16 ? 0 : 1);
  }
  const line = joined.back(0);
  assertEquals(line.greeting(), { received: 0, sent: 4, lost: 4, subprotocol: "chat" });
  assertEquals(line.take().length, 16);
  line.events.closed(1000, "");
});

Deno.test("ResumableTransport holds back whoever can wait, until the client has acknowledged enough", async () => {
  const joined = new Joined();
  const { session } = joined;
  joined.send("a".repeat(16_320));
  assertEquals(session.bufferedAmount, 0);
  joined.send("b");
  assert(session.bufferedAmount > HIGH_WATER_MARK);
  let isDrained = false;
  session.drained().then(() => isDrained = true);
  joined.line.events.closed(1006, "");
  await settle();
  const line = joined.back(1);
  assertEquals(session.bufferedAmount, 0);
  await settle();
  assertEquals([isDrained, line.take().length], [true, 2]);
  line.events.closed(1000, "");
});

Deno.test("ResumableTransport lets nobody wait for what will never be", async () => {
  const joined = new Joined();
  joined.send("a".repeat(20_000));
  joined.line.events.closed(1006, "");
  const drained = joined.session.drained();
  joined.session.close(1000, "");
  await drained;
  joined.back(0).events.closed(1000, "");
  await joined.session.drained();
  joined.send("nobody gets that");
});

Deno.test("ResumableTransport closes when its client has come back for what was sent before", () => {
  const joined = new Joined();
  joined.line.events.closed(1006, "");
  joined.send("last");
  joined.session.close(4001, "done", Infinity);
  assertEquals(joined.take(), ["opened"]);
  const line = joined.back(0);
  line.greeting();
  assertEquals([line.take(), line.transport.closed], [["last"], ["4001 done"]]);
  line.events.closed(4001, "done");
  assertEquals(joined.take(), ["closed 4001 done"]);
});

Deno.test("ResumableTransport closes again where the client has not answered that", () => {
  const joined = new Joined();
  joined.send("last");
  joined.session.close(1000, "", Infinity);
  assertEquals(joined.line.transport.closed, ["1000"]);
  joined.line.events.closed(1006, "");
  const line = joined.back(0);
  line.greeting();
  assertEquals([line.take(), line.transport.closed], [["last"], ["1000"]]);
  line.events.closed(1000, "");
  assertEquals(joined.take(), ["opened", "closed 1000"]);
});

Deno.test("ResumableTransport waits no longer for a client than there is patience with it", async () => {
  using timers = new FakeTimers();
  const joined = new Joined();
  joined.line.events.closed(1006, "");
  joined.session.close(1001, "Idle timeout", 10_000);
  await timers.pass(9_999);
  assertEquals(joined.take(), ["opened"]);
  await timers.pass(1);
  assertEquals(joined.take(), ["closed 1006"]);
});

Deno.test("ResumableTransport waits for nobody where the server is ending", () => {
  const joined = new Joined();
  joined.line.events.closed(1006, "");
  joined.sessions.close();
  assertEquals(joined.sessions.find(joined.session.id, "me"), undefined);
  joined.session.close(1001, "Server shutting down", 1_000);
  assertEquals(joined.take(), ["opened", "closed 1006"]);
});

Deno.test("ResumableTransport takes acknowledgements of what it keeps no more, because a handler has sent too much at once", () => {
  const joined = new Joined();
  const { line, session } = joined;
  const megabyte = "x".repeat(1024 * 1024);
  for (let count = 0; count < 60; count++) joined.send(megabyte);
  joined.take();
  // More than that are of messages that are not kept: they were sent all the same.
  for (let count = 1; count <= 60; count++) line.tell({ ack: count });
  assertEquals(joined.take(), []);
  joined.send("after");
  assertEquals(line.take().at(-1), "after");
  session.close(1000, "");
  line.events.closed(1000, "");
});

const SAID: [what: string, says: (line: Line) => void, reason: string][] = [
  ["control that is no JSON", (line) => line.say("\x10hello"), "A control message is no JSON"],
  ["a DLE alone", (line) => line.say("\x10"), "A control message is no JSON"],
  ["more than was sent", (line) => line.tell({ ack: 3 }), "More is acknowledged than was sent"],
  [
    "a negative number",
    (line) => line.tell({ ack: -1 }),
    '"ack" of a control message is no number of messages',
  ],
  [
    "twice what was received",
    (line) => line.tell({ received: 1 }),
    "It is said twice what was received",
  ],
  [
    "nothing new again and again",
    (line) => {
      for (let count = 0; count < 17; count++) line.tell({ ack: 0, count });
    },
    "Nothing new is acknowledged",
  ],
];
for (const [what, says, reason] of SAID) {
  Deno.test(`ResumableTransport ends with 1002 where a client says ${what}`, () => {
    const joined = new Joined();
    joined.send("a", "b");
    says(joined.line);
    // Nothing of it is taken any more.
    assertEquals(joined.take(), ["opened", `failed ${reason} 1002`, `end 1002 ${reason}`]);
    assertEquals(joined.line.transport.closed, [`1002 ${reason}`]);
    joined.line.events.closed(1002, "");
    assertEquals(joined.sessions.has(joined.session.id), false);
  });
}

const GREETED: [what: string, says: (line: Line) => void, reason: string][] = [
  ["a message", (line) => line.say("a"), "It is not said what was received"],
  ["an acknowledgement", (line) => line.tell({ ack: 0 }), "It is not said what was received"],
  ["more than was sent", (line) => line.tell({ received: 1 }), "More was received than was sent"],
];
for (const [what, says, reason] of GREETED) {
  Deno.test(`ResumableTransport ends with 1002 where a client that comes back says ${what} first`, () => {
    const joined = new Joined();
    joined.line.events.closed(1006, "");
    const line = new Line(joined.session);
    line.events.opened();
    says(line);
    assertEquals(line.transport.closed, [`1002 ${reason}`]);
    line.events.closed(1002, "");
    assertEquals(joined.take().at(-1), "closed 1002");
  });
}

Deno.test("ResumableTransport ignores what it does not know, and what it knows already", () => {
  const joined = new Joined();
  joined.line.take();
  joined.send("a", "b");
  joined.line.tell({ ack: 2, later: true });
  joined.line.tell({ ack: 1 });
  joined.line.tell({ later: { a: 1 } });
  assertEquals([joined.take(), joined.line.take()], [["opened"], ["a", "b"]]);
  joined.line.events.closed(1000, "");
});

Deno.test("ResumableTransport reads on while its handler takes nothing, for what is acknowledged", () => {
  const joined = new Joined();
  joined.send("a".repeat(20_000));
  assertEquals(joined.session.pause(), true);
  joined.line.say("1");
  joined.line.tell({ ack: 1 });
  assertEquals([joined.take(), joined.session.bufferedAmount], [["opened"], 0]);
  assertEquals(joined.line.transport.told, []);
  joined.session.resume();
  assertEquals(joined.take(), ["1"]);
  joined.line.events.closed(1000, "");
});

/** What a client may send: as much as is not acknowledged, and one message more, whatever its size. */
const ALLOWED: [what: string, bytes: number, sizes: number[]][] = [
  ["one message of any size", 16_384, [16_000, 3 * HIGH_WATER_MARK]],
  ["a window that is larger than usual", 2 * HIGH_WATER_MARK, Array(20).fill(HIGH_WATER_MARK / 10)],
];
for (const [what, bytes, sizes] of ALLOWED) {
  Deno.test(`ResumableTransport reads acknowledgements behind ${what}, which its handler does not take yet`, () => {
    const joined = new Joined({ bytes });
    joined.send("a");
    joined.session.pause();
    for (const size of sizes) joined.line.say(new Uint8Array(size));
    assertEquals(joined.line.transport.told, []);
    joined.line.tell({ ack: 1 });
    joined.session.resume();
    assertEquals(joined.take().length, 1 + sizes.length);
    joined.line.events.closed(1000, "");
  });
}

Deno.test("ResumableTransport has the engine hold back a client that sends far more than it may", () => {
  const joined = new Joined();
  joined.session.pause();
  const large = new Uint8Array(HIGH_WATER_MARK);
  joined.line.say(large);
  joined.line.say("b");
  assertEquals(joined.line.transport.told, ["pause"]);
  joined.session.resume();
  assertEquals(joined.line.transport.told, ["pause", "resume"]);
  assertEquals(joined.take().length, 3);
  joined.line.events.closed(1000, "");
});

Deno.test("ResumableTransport ends a client that sends far more than it may, and cannot be held back", () => {
  const joined = new Joined();
  joined.line.transport.pause = () => false;
  joined.session.pause();
  joined.line.say(new Uint8Array(HIGH_WATER_MARK));
  assertEquals(joined.take(), ["opened"]);
  joined.line.say("b");
  assertEquals(joined.take(), ["end 1013 More was sent than may wait"]);
  joined.line.events.closed(1013, "");
});

Deno.test("ResumableTransport has a client send again what its handler has not taken", () => {
  const joined = new Joined();
  joined.session.pause();
  joined.line.say("1");
  joined.line.events.closed(1006, "");
  const line = joined.back(0);
  assertEquals(line.greeting().received, 0);
  line.say("1");
  joined.session.resume();
  assertEquals(joined.take(), ["opened", "1"]);
  line.events.closed(1000, "");
});

Deno.test("ResumableTransport gives its handler what had come from a client that never came back", async () => {
  using timers = new FakeTimers();
  const joined = new Joined();
  joined.session.pause();
  joined.line.say("1");
  joined.line.events.closed(1006, "");
  await timers.pass(60_000);
  assertEquals(joined.take(), ["opened", "1", "closed 1006"]);
  assertEquals(timers.pending, 0);
});

Deno.test("ResumableTransport waits where the engine finds its client silent, and ends on other faults", () => {
  const joined = new Joined();
  joined.line.events.end(1001, "No answer to pings");
  joined.line.events.closed(1006, "");
  assertEquals(joined.take(), ["opened"]);
  const line = joined.back(0);
  line.events.failed("A frame is wrong", 1002);
  line.events.end(1002, "A frame is wrong");
  assertEquals(joined.take(), ["failed A frame is wrong 1002", "end 1002 A frame is wrong"]);
  line.events.closed(1002, "");
});

Deno.test("ResumableTransport needs no acknowledgements on a transport where nothing comes back", () => {
  const joined = new Joined();
  joined.send("a");
  joined.line.events.closed(1006, "");
  const greetings: unknown[] = [];
  const greet = ({ sent, lost }: { sent: number; lost?: number }) => greetings.push([sent, lost]);
  const line = new Line(joined.session, { received: 0, greet });
  line.events.opened();
  joined.send("\x10b");
  assertEquals([greetings, line.take()], [[[0, undefined]], ["a", "\x10b"]]);
  for (let count = 0; count < 4; count++) joined.send("x".repeat(8_000));
  // What is kept is what was sent last, and nobody is held back.
  assertEquals(joined.session.bufferedAmount, 0);
  line.events.closed(1006, "");
  new Line(joined.session, { received: 5, greet }).events.opened();
  new Line(joined.session, { received: 2, greet }).events.opened();
  // What it has said that it has is not kept.
  assertEquals(greetings.slice(1), [[5, undefined], [5, 3]]);
});

Deno.test("Sessions lets no more wait than it may, and finds them for their owners alone", () => {
  const sessions = new Sessions({ mostWaiting: 1 });
  const [one, other] = [new Joined({}, sessions), new Joined({ owner: "you" }, sessions)];
  assertEquals(sessions.find(one.session.id, "me"), one.session);
  assertEquals(sessions.find(one.session.id, "you"), undefined);
  assertEquals(sessions.find("nobody", "me"), undefined);
  one.line.events.closed(1006, "");
  other.line.events.closed(1006, "");
  assertEquals([one.take(), other.take()], [["opened"], ["opened", "closed 1006"]]);
  assertEquals(sessions.has(other.session.id), false);
  one.back(0).events.closed(1000, "");
});

Deno.test("ResumableTransport sends a batch that many have as it is", () => {
  const [one, other] = [new Joined(), new Joined()];
  const batch = new Batch(false, new TextEncoder().encode("ab"), [0, 1, 1, 2]);
  const sent: Batch[] = [];
  for (const { line, session } of [one, other]) {
    line.transport.send = (some) => sent.push(some);
    session.send(batch);
    line.events.closed(1006, "");
  }
  for (const joined of [one, other]) {
    const line = new Line(joined.session);
    line.transport.send = (some) => sent.push(some);
    line.events.opened();
    line.tell({ received: 0 });
    line.events.closed(1000, "");
  }
  const [first, second, , third, , fourth] = sent;
  assertEquals([first, second, third, fourth].map((some) => some === batch), [
    true,
    true,
    true,
    true,
  ]);
});
