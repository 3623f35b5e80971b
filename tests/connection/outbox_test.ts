import { assert, assertEquals } from "@std/assert";
import { HIGH_WATER_MARK, MAX_HELD, MAX_UNSENT, SLOW_MARK } from "../../lib/base/limits.ts";
import { Batch, type Message } from "../../lib/base/batch.ts";
import { SLOW_POLICIES } from "../../lib/connection/outbox.ts";
import type { SlowPolicy } from "../../lib/contract.ts";
import { HeldClock } from "../base/held_clock.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { FakeTimers, settle } from "../base/fake_timers.ts";
import type { FakeTransport } from "./fake_transport.ts";
import { opened, type Opening } from "./opening.ts";

/** Somebody for whom others make messages: an open connection whose transport the test plays. */
class Recipient {
  readonly #opening: Opening;

  constructor(slow: SlowPolicy = "close", waits = false) {
    this.#opening = opened(undefined, { slow });
    this.connection.waits = waits;
  }

  get connection(): FakeTransport {
    return this.#opening.socket;
  }

  send(message: Message): void {
    this.deliver(Batch.of(message));
  }

  deliver(batch: Batch): void {
    this.#opening.connection.deliver(batch);
  }

  say(message: Message): void {
    this.#opening.connection.send(message);
  }

  begin(past: readonly Message[]): void {
    this.#opening.connection.replay(past.map((message) => Batch.of(message).keep()));
  }

  leave(): void {
    this.#opening.connection.closed(1006, "");
  }
}

/** What the log says beside how connections ended. */
function said(log: CapturedLog): string[] {
  return log.messages.filter((message) => !message.startsWith("INFO session"));
}

/** A client for which as much is under way as may be before messages are held back. */
function slow(policy: SlowPolicy): { recipient: Recipient; connection: FakeTransport } {
  const recipient = new Recipient(policy, true);
  const { connection } = recipient;
  connection.bufferedAmount = SLOW_MARK + 1;
  return { recipient, connection };
}

const STARTS = (policy: SlowPolicy) =>
  `INFO websocket: The client reads too slowly: messages are dropped (slow=${policy})`;
const ENDS = (what: string, messages: string) =>
  `INFO websocket: The client ${what}: ${messages} dropped because it read too slowly`;

for (const policy of SLOW_POLICIES) {
  Deno.test(`Outbox sends to a quick client at once with slow=${policy}`, () => {
    const recipient = new Recipient(policy);
    const { connection } = recipient;
    connection.bufferedAmount = SLOW_MARK;
    const messages = ["a", Uint8Array.of(0, 255), "", new Uint8Array()];
    for (const message of messages) recipient.send(message);
    assertEquals(connection.sent, messages);
  });

  Deno.test(`Outbox sends nothing after its client has left with slow=${policy}`, async () => {
    using log = new CapturedLog("info");
    const recipient = new Recipient(policy);
    const { connection } = recipient;
    recipient.leave();
    recipient.send("a");
    connection.drain();
    await settle();
    assertEquals([connection.sent, said(log)], [[], []]);
  });
}

Deno.test("Outbox closes with 1013 when 16 MiB wait, says so once, and sends no more", async () => {
  using timers = new FakeTimers();
  using log = new CapturedLog("info");
  const recipient = new Recipient();
  const { connection } = recipient;
  // A message that waits counts as 64 bytes beside its data.
  connection.bufferedAmount = MAX_UNSENT - 65;
  recipient.send("a");
  assertEquals(log.messages, []);
  recipient.send("b");
  recipient.send("c");
  assertEquals(connection.closed, []);
  await timers.pass(250);
  recipient.leave();
  assertEquals(connection.closed, ["1013 Reads too slowly"]);
  assertEquals(connection.sent, []);
  const why = `The client reads too slowly: ${MAX_UNSENT} bytes wait for it`;
  assertEquals(said(log), [`ERROR websocket: ${why}`]);
});

Deno.test("Outbox closes nobody who takes something of what was made in one go", async () => {
  using timers = new FakeTimers();
  const recipient = new Recipient();
  const { connection } = recipient;
  connection.bufferedAmount = HIGH_WATER_MARK + 1;
  recipient.send("x".repeat(MAX_UNSENT));
  for (let left = 0; left < 100; left++) {
    connection.bufferedAmount--;
    await timers.pass(250);
  }
  assertEquals([connection.closed, connection.sent], [[], []]);
  await timers.pass(250);
  assertEquals(connection.closed, ["1013 Reads too slowly"]);
});

Deno.test("Outbox closes also who reads with 1013 when 32 MiB wait", () => {
  using timers = new FakeTimers();
  const recipient = new Recipient();
  const { connection } = recipient;
  connection.bufferedAmount = HIGH_WATER_MARK + 1;
  const message = "x".repeat(MAX_UNSENT);
  for (let count = 0; count < 2; count++) {
    assertEquals(connection.closed, []);
    recipient.send(message);
  }
  assertEquals(connection.closed, ["1013 Reads too slowly"]);
  assertEquals(timers.pending, 0);
});

Deno.test("Outbox does not take a burst for a slow client", async () => {
  const recipient = new Recipient();
  const { connection } = recipient;
  const messages = Array.from({ length: 100_000 }, (_, index) => `message ${index}`);
  // What an engine holds for them before any had the time to leave.
  connection.bufferedAmount = HIGH_WATER_MARK + 1;
  for (const message of messages) recipient.send(message);
  connection.drain();
  await settle();
  assertEquals(connection.sent, messages);
});

Deno.test("Outbox holds messages back in their order and loses none that fits with slow=drop-oldest", async () => {
  using log = new CapturedLog("info");
  const { recipient, connection } = slow("drop-oldest");
  const messages = Array.from({ length: 3000 }, (_, index) => `message ${index}`);
  for (const message of messages.slice(0, 1000)) recipient.send(message);
  await settle();
  assertEquals(connection.sent, []);
  connection.drain();
  for (const message of messages.slice(1000, 2000)) recipient.send(message);
  await settle();
  for (const message of messages.slice(2000)) recipient.send(message);
  await settle();
  assertEquals([connection.sent, log.messages], [messages, []]);
});

Deno.test("Outbox goes on sending as its client reads, and never too much at once", async () => {
  const { recipient, connection } = slow("drop-oldest");
  const size = SLOW_MARK / 4;
  for (let count = 0; count < 20; count++) recipient.send("x".repeat(size));
  for (let turn = 1; connection.sent.length < 20; turn++) {
    connection.drain();
    await settle();
    assertEquals(connection.sent.length, Math.min(20, 5 * turn));
    assert(connection.bufferedAmount <= SLOW_MARK + size);
  }
});

Deno.test("Outbox drops the oldest of more than 1 MiB and counts them with slow=drop-oldest", async () => {
  using log = new CapturedLog("info");
  const { recipient, connection } = slow("drop-oldest");
  const size = 100_000;
  for (let index = 0; index < 26; index++) recipient.send(`${index}`.padEnd(size));
  assertEquals(log.messages, [STARTS("drop-oldest")]);
  const kept = Math.floor(MAX_HELD / (size + 64));
  while (connection.sent.length < kept) {
    connection.drain();
    await settle();
  }
  const numbers = connection.sent.map(Number);
  assertEquals(numbers, Array.from({ length: kept }, (_, index) => 26 - kept + index));
  connection.drain();
  await settle();
  const end = ENDS("reads again", `${26 - kept} messages were`);
  assertEquals(log.messages, [STARTS("drop-oldest"), end]);
});

Deno.test("Outbox bounds empty messages that wait as well", async () => {
  const { recipient, connection } = slow("drop-oldest");
  for (let count = 0; count < 100_000; count++) recipient.send("");
  connection.drain();
  await settle();
  assertEquals(connection.sent.length, MAX_HELD / 64);
  recipient.leave();
});

Deno.test("Outbox keeps a message that alone is larger than what may wait", async () => {
  const { recipient, connection } = slow("drop-oldest");
  const large = "x".repeat(2 * MAX_HELD);
  recipient.send(large);
  connection.drain();
  await settle();
  assert(connection.sent[0] === large);
});

Deno.test("Outbox keeps only the latest message for a client with slow=latest", async () => {
  using log = new CapturedLog("info");
  const { recipient, connection } = slow("latest");
  for (const message of ["a", "b", "c"]) recipient.send(message);
  connection.drain();
  await settle();
  recipient.send("d");
  assertEquals(connection.sent, ["c", "d"]);
  assertEquals(log.messages, [STARTS("latest"), ENDS("reads again", "2 messages were")]);
});

Deno.test("Outbox copies bytes that it holds back", async () => {
  const { recipient, connection } = slow("latest");
  const bytes = Uint8Array.of(1, 2, 3);
  recipient.send(bytes);
  bytes.fill(0);
  connection.drain();
  await settle();
  assertEquals(connection.sent, [Uint8Array.of(1, 2, 3)]);
});

Deno.test("Outbox counts what still waited when its client left", async () => {
  using log = new CapturedLog("info");
  const { recipient, connection } = slow("drop-oldest");
  recipient.send("a");
  recipient.leave();
  connection.drain();
  await settle();
  assertEquals([connection.sent, said(log)], [[], [ENDS("left", "1 message was")]]);
});

Deno.test("Outbox does not fill the log with a client that is slow again and again", async () => {
  using clock = new HeldClock();
  using log = new CapturedLog("info");
  const { recipient, connection } = slow("latest");
  const drop = async () => {
    connection.bufferedAmount = SLOW_MARK + 1;
    for (const message of ["a", "b"]) recipient.send(message);
    connection.drain();
    await settle();
  };
  await drop();
  const first = [STARTS("latest"), ENDS("reads again", "1 message was")];
  assertEquals(log.messages, first);
  for (let count = 0; count < 5; count++) await drop();
  clock.now += 9_999;
  await drop();
  assertEquals(log.messages, first);
  clock.now++;
  await drop();
  const second = [STARTS("latest"), ENDS("reads again", "7 messages were")];
  assertEquals(log.messages, [...first, ...second]);
  await drop();
  recipient.leave();
  assertEquals(said(log).slice(4), [ENDS("left", "1 message was")]);
});

Deno.test("Outbox does not wait for a connection that is closing and never drains", async () => {
  using log = new CapturedLog("info");
  const { recipient, connection } = slow("drop-oldest");
  connection.drained = () => Promise.resolve();
  for (const message of ["a", "b", "c"]) recipient.send(message);
  await settle();
  // They are up to the connection, which drops them.
  assertEquals(connection.sent, ["a", "b", "c"]);
  recipient.leave();
  assertEquals(said(log), []);
});

for (const policy of SLOW_POLICIES) {
  Deno.test(`Outbox.replay() sends what was said before, all of it, then the rest with slow=${policy}`, async () => {
    using log = new CapturedLog("info");
    const recipient = new Recipient(policy, true);
    const { connection } = recipient;
    const past = Array.from({ length: 100 }, (_, index) => `${index}`.padEnd(100_000));
    recipient.begin(past);
    const mark = policy === "close" ? HIGH_WATER_MARK : SLOW_MARK;
    assertEquals(connection.sent.length, Math.ceil((mark + 1) / 100_000));
    recipient.send("meanwhile");
    while (connection.sent.length < 101) {
      connection.drain();
      await settle();
      assert(connection.bufferedAmount <= mark + 100_000);
    }
    recipient.send("at last");
    assertEquals(connection.sent.map(String), [...past, "meanwhile", "at last"]);
    assertEquals(log.messages, []);
  });
}

Deno.test("Outbox.replay() with a little leaves nothing to wait for", () => {
  const recipient = new Recipient("latest");
  const { connection } = recipient;
  recipient.begin(["a", "", Uint8Array.of(1)]);
  recipient.send("b");
  assertEquals(connection.sent, ["a", "", Uint8Array.of(1), "b"]);
});

Deno.test("Outbox.replay() is no reason to let more than 16 MiB wait", async () => {
  using timers = new FakeTimers();
  using log = new CapturedLog("error");
  const recipient = new Recipient("close", true);
  const { connection } = recipient;
  recipient.begin(Array.from({ length: 100 }, () => "x".repeat(100_000)));
  for (let size = 0; size <= MAX_UNSENT; size += 1_000_000) recipient.send("y".repeat(1_000_000));
  await timers.pass(250);
  assertEquals(connection.closed, ["1013 Reads too slowly"]);
  assertEquals(log.messages.length, 1);
  const sent = connection.sent.length;
  connection.drain();
  await settle();
  assertEquals(connection.sent.length, sent);
});

for (let hops = 0; hops < 6; hops++) {
  Deno.test(`Outbox keeps the order of what is sent ${hops} promises after all that waited has left`, async () => {
    const { socket, connection } = opened();
    socket.waits = true;
    socket.bufferedAmount = HIGH_WATER_MARK + 1;
    connection.deliver(Batch.of("1"));
    const drained = connection.drained().then(async () => {
      for (let hop = 0; hop < hops; hop++) await undefined;
      connection.send("2");
    });
    socket.drain();
    await drained;
    await settle();
    connection.send("3");
    assertEquals(socket.sent, ["1", "2", "3"]);
    connection.closed(1000, "");
  });
}

Deno.test("Outbox counts what waits in bytes, whoever else is sent the same meanwhile", async () => {
  using _log = new CapturedLog("info");
  const { recipient, connection } = slow("drop-oldest");
  const texts = Array.from(
    { length: 60 },
    (_, index) => Batch.of(`${index} ${"€".repeat(20_000)}`),
  );
  for (const batch of texts) {
    recipient.deliver(batch);
    // As for another member of the room.
    void batch.frames;
  }
  while (connection.bufferedAmount > 0) {
    connection.drain();
    await settle();
  }
  assertEquals(connection.sent.length, Math.floor(MAX_HELD / (60_000 + 64)));
  recipient.leave();
});

for (const policy of ["latest", "drop-oldest"] as const) {
  Deno.test(`Outbox never drops what its own handler sends, nor its history, with slow=${policy}`, async () => {
    const { recipient, connection } = slow(policy);
    const large = "x".repeat(MAX_HELD);
    for (let round = 0; round < 3; round++) {
      recipient.send("theirs");
      recipient.say(`own ${round}`);
      for (let count = 0; count < 3; count++) recipient.send(large);
      recipient.begin([`past ${round}`]);
      recipient.send(large);
      recipient.send(large);
    }
    for (let turn = 0; turn < 10; turn++) {
      connection.drain();
      await settle();
    }
    const kept = connection.sent.filter((message) => /^(own|past)/.test(`${message}`));
    const expected = [0, 1, 2].flatMap((round) => [`own ${round}`, `past ${round}`]);
    assertEquals(kept, expected);
  });
}
