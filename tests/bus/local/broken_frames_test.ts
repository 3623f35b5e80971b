import { assertEquals, assertMatch } from "@std/assert";
import { Log } from "../../../lib/base/log.ts";
import type { Channel } from "../../../lib/bus/bus.ts";
import { LocalBus } from "../../../lib/bus/local/local_bus.ts";
import { LocalEngine } from "../../../lib/bus/local/local_engine.ts";
import { memoryChannels } from "../../../lib/bus/local/memory_channels.ts";
import { encodeName, RECORD, VERSION } from "../../../lib/bus/local/record.ts";
import { RecordWriter } from "../../../lib/bus/local/record_writer.ts";
import { CapturedLog } from "../../base/captured_log.ts";
import { bytesFrom, numbers } from "../../support/numbers.ts";
import { bytes, Heard } from "../contract/heard.ts";

const SELF = "abcdefghij012345";
const KEEP = { count: 1, keep: 10 };

/** An end of a channel that a test says frames to, which nobody reads. */
class Said implements Channel {
  bufferedAmount = 0;
  readonly #closed = Promise.withResolvers<void>();
  #take: (frame: Uint8Array) => void = () => {};

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  drained(): Promise<void> {
    return this.closed;
  }

  listen(take: (frame: Uint8Array) => void): void {
    this.#take = take;
  }

  send(): void {}

  close(): void {
    this.#closed.resolve();
  }

  /** The other one says something. */
  say(frame: Uint8Array): void {
    this.#take(frame);
  }
}

/** The frame of some records. */
function frameOf(write: (writer: RecordWriter) => void): Uint8Array {
  let frame = new Uint8Array();
  const writer = new RecordWriter({
    bufferedAmount: 0,
    drained: () => Promise.resolve(),
    listen() {},
    send: (sent) => frame = sent.slice(),
    closed: new Promise(() => {}),
    close() {},
  });
  write(writer);
  writer.flush();
  return frame;
}

const hello = (writer: RecordWriter): RecordWriter =>
  writer.begin(RECORD.hello, 18).u16(VERSION).id(SELF);

const BROKEN: [what: string, frame: Uint8Array, why: RegExp][] = [
  ["nothing but a length", Uint8Array.of(1, 0, 0, 0), /it has 1 bytes where 0 are left/],
  ["half a length", Uint8Array.of(1, 0), /it ends within a field/],
  ["a length of 0", Uint8Array.of(0, 0, 0, 0), /it has 0 bytes where 0 are left/],
  ["a length of 4 GiB", Uint8Array.of(255, 255, 255, 255, 1), /it has 4294967295 bytes/],
  ["another kind first", frameOf((to) => to.begin(RECORD.goodbye, 0)), /hello comes first/],
  ["hello twice", frameOf((to) => hello(hello(to))), /hello comes first, and once/],
  [
    "another version",
    frameOf((to) => to.begin(RECORD.hello, 18).u16(99).id(SELF)),
    /it speaks version 99 of the bus, and this one \d+, so that all have to be started anew/,
  ],
  [
    "a name of other characters",
    frameOf((to) => to.begin(RECORD.hello, 18).u16(VERSION).id("ABCDEFGHIJ012345")),
    /"ABCDEFGHIJ012345" is no name of a server/,
  ],
  ["a kind that is not there", frameOf((to) => hello(to).begin(200, 0)), /no such kind/],
  [
    "a kind of the engine",
    frameOf((to) => hello(to).begin(RECORD.joined, 16).id(SELF)),
    /no such kind/,
  ],
  [
    "a record that is too long",
    frameOf((to) => hello(to).begin(RECORD.unsubscribe, 5).u32(1).bytes(bytes("x"))),
    /it is longer than its fields/,
  ],
  [
    "a record that is too short",
    frameOf((to) => hello(to).begin(RECORD.unsubscribe, 2).u16(1)),
    /it ends within a field/,
  ],
  [
    "a number that is none",
    frameOf((to) => hello(to).begin(RECORD.release, 8).number(NaN)),
    /NaN is no number that can be there/,
  ],
  [
    "a number below 0",
    frameOf((to) => hello(to).begin(RECORD.release, 8).number(-1)),
    /-1 is no number that can be there/,
  ],
  [
    "no messages",
    frameOf((to) =>
      hello(to).begin(RECORD.publish, 39).number(1).number(0).number(0).number(0).u32(0)
        .name(encodeName("a"))
    ),
    /0 is no number that can be there/,
  ],
  [
    "more messages than there are numbers for",
    frameOf((to) =>
      hello(to).begin(RECORD.publish, 42).number(1).number(0).number(2 ** 53 - 1).number(0).u32(0)
        .name(encodeName("room"))
    ),
    /9007199254740991 is no number that can be there/,
  ],
  [
    "a name that is too long",
    frameOf((to) => hello(to).begin(RECORD.claim, 519).u32(1).name(new Uint8Array(513))),
    /a name has 513 bytes/,
  ],
  [
    "a name that is no UTF-8",
    frameOf((to) => hello(to).begin(RECORD.claim, 7).u32(1).name(Uint8Array.of(0xff))),
    /a name is no UTF-8/,
  ],
  [
    "a subscription that is not there",
    frameOf((to) => hello(to).begin(RECORD.cast, 4).u32(9)),
    /Cannot say something on subscription 9: there is none/,
  ],
  [
    "a subscription of number 0",
    frameOf((to) =>
      hello(to).begin(RECORD.resubscribe, 31).u32(0).number(1).id(SELF).name(encodeName("a"))
    ),
    /0 is no number of a subscription/,
  ],
];
for (const [what, frame, why] of BROKEN) {
  Deno.test(`LocalEngine ends the channel of a server that says ${what}, and no other`, async () => {
    using log = new CapturedLog();
    const engine = new LocalEngine({ log: new Log() });
    const { ends: [near, far] } = memoryChannels();
    engine.join(far, "worker 1");
    await using bus = new LocalBus(near);
    using heard = await Heard.to(bus, "room");
    const said = new Said();
    engine.join(said, "worker 2");
    said.say(frame);
    await said.closed;
    assertMatch(log.messages.join("\n"), /^ERROR server: Ends the bus of worker 2: [^\n]*$/);
    assertMatch(log.messages.join("\n"), why);
    await bus.publish("room", bytes("a"), KEEP);
    await heard.until("a");
    assertEquals(engine.figures.servers, 1);
  });
}

Deno.test("LocalEngine ends the channel of a server that asks, and does not read", async () => {
  using log = new CapturedLog();
  const engine = new LocalEngine({ log: new Log(), maxQueue: 1_000 });
  const said = new Said();
  engine.join(said, "worker 2");
  said.say(frameOf(hello));
  said.bufferedAmount = 3_900;
  said.say(frameOf((to) => to.begin(RECORD.unsubscribe, 4).u32(1)));
  assertEquals(engine.figures.servers, 1);
  said.bufferedAmount = 5_000;
  said.say(frameOf((to) => to.begin(RECORD.unsubscribe, 4).u32(1)));
  await said.closed;
  assertMatch(log.messages.join("\n"), /worker 2: It does not read: 5\d+ bytes wait for it$/);
  assertEquals(engine.figures.servers, 0);
});

Deno.test("LocalEngine and LocalBus take random bytes, and end only that channel", async () => {
  const engine = new LocalEngine();
  const random = numbers(7);
  for (let round = 0; round < 2_000; round++) {
    const said = new Said();
    engine.join(said, "worker 2");
    said.say(frameOf(hello));
    const noise = bytesFrom(random, random(80));
    const size = noise.length;
    // Of a kind and length that are there, so that its fields are read.
    said.say(frameOf((to) => to.begin(1 + random(10), size).bytes(noise)));
    const far = new Said();
    await using _bus = new LocalBus(far);
    far.say(frameOf((to) => to.begin(31 + random(14), size).bytes(noise)));
    said.close();
    await said.closed;
  }
  await new Promise<void>((resolve) => setTimeout(resolve));
  assertEquals(engine.figures.servers, 0);
});

Deno.test("LocalBus is away where the engine says what it cannot read", async () => {
  using log = new CapturedLog();
  const said = new Said();
  await using bus = new LocalBus(said, { log: new Log() });
  const away = Promise.withResolvers<string>();
  using _watch = bus.watch({ away: away.resolve });
  said.say(Uint8Array.of(1));
  assertEquals(await away.promise, "the connection with the engine was closed");
  assertEquals([bus.isAway, log.messages], [true, [
    "ERROR server: Ends the bus: Cannot read a record of the local bus: it ends within a field",
  ]]);
});

Deno.test("LocalBus has a mistake of one who listens for itself", async () => {
  using log = new CapturedLog("error");
  const engine = new LocalEngine();
  const { ends: [near, far] } = memoryChannels();
  engine.join(far, "worker 1");
  await using bus = new LocalBus(near, { log: new Log() });
  using _broken = bus.subscribe("room", {
    began() {},
    entry() {
      throw new TypeError("a mistake");
    },
    cast() {},
    lost() {},
  });
  await bus.publish("room", bytes("a"), KEEP);
  assertEquals(log.messages, ["ERROR server: What the bus has brought failed: a mistake"]);
  using heard = await Heard.to(bus, "other");
  await bus.publish("other", bytes("b"), KEEP);
  await heard.until("b");
  assertEquals(bus.isAway, false);
});

Deno.test("LocalBus.claim() fails where this server has claimed too many names", async () => {
  const engine = new LocalEngine({ maxClaims: 2 });
  const { ends: [near, far] } = memoryChannels();
  engine.join(far, "worker 1");
  await using bus = new LocalBus(near);
  const held = [await bus.claim("7"), await bus.claim("8")];
  const error = await bus.claim("more").catch((error: unknown) => error);
  assertEquals(
    String(error),
    'BusError: Cannot claim "more": this server has claimed too many names',
  );
  assertEquals((await bus.claim("7")).fence, held[0]?.fence);
  held[1]?.[Symbol.dispose]();
  assertEquals((await bus.claim("more")).peer, bus.self);
});
