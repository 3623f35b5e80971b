import { assert, assertEquals } from "@std/assert";
import type { Batch } from "../../../lib/base/batch.ts";
import type { FrameError } from "../../../lib/connection/transport/frame_error.ts";
import { FrameReader } from "../../../lib/connection/transport/frame_reader.ts";
import { HeldClock } from "../../base/held_clock.ts";
import { bytesOf, clientFrame, joined, read } from "./client_frames.ts";

const NONE = new Uint8Array();
const close = (code: number, reason = "") =>
  clientFrame(0x88, joined(Uint8Array.of(code >> 8, code & 255), bytesOf(reason)));

/** What a client sends, and what is found in it, wherever it is cut. */
const STREAMS: [what: string, sent: Uint8Array, found: string[]][] = [
  ["a text", clientFrame(0x81, "a"), ["text 61"]],
  ["an empty text", clientFrame(0x81, ""), ["text "]],
  ["bytes that are no UTF-8", clientFrame(0x82, Uint8Array.of(255)), ["binary ff"]],
  [
    "texts and bytes in turn",
    joined(...["a", "b"].flatMap((it) => [clientFrame(0x81, it), clientFrame(0x82, it)])),
    ["text 61", "binary 61", "text 62", "binary 62"],
  ],
  [
    "lengths in any form",
    joined(
      clientFrame(0x81, "a", { extended: 2 }),
      clientFrame(0x81, "b", { extended: 8 }),
      clientFrame(0x82, new Uint8Array(125)),
      clientFrame(0x82, new Uint8Array(126)),
    ),
    ["text 61", "text 62", "binary 125 bytes", "binary 126 bytes"],
  ],
  [
    "a text in frames, with control frames in between",
    joined(
      clientFrame(0x01, Uint8Array.of(0xe2)),
      clientFrame(0x89, "p"),
      clientFrame(0x00, Uint8Array.of(0x82)),
      clientFrame(0x8a, "q"),
      clientFrame(0x00, NONE),
      clientFrame(0x80, Uint8Array.of(0xac)),
      clientFrame(0x81, "a"),
    ),
    ["ping 70", "pong", "text e282ac", "text 61"],
  ],
  [
    "a close frame, and what nobody reads behind it",
    joined(clientFrame(0x81, "a"), close(3000, "bye"), clientFrame(0x81, "b"), Uint8Array.of(255)),
    ["text 61", "close 3000 bye"],
  ],
  ["a close frame without a code", clientFrame(0x88, ""), ["close 1005"]],
  [
    "a text that ends in a character, and one that goes on with it",
    joined(
      clientFrame(0x81, "a"),
      clientFrame(0x81, Uint8Array.of(0xe2, 0x82)),
      clientFrame(0x81, Uint8Array.of(0xac)),
    ),
    ["text 61", "error 1007"],
  ],
  [
    "a mistake behind a message",
    joined(clientFrame(0x81, "a"), clientFrame(0x83, ""), clientFrame(0x81, "b")),
    ["text 61", "error 1002"],
  ],
];
for (const [what, sent, found] of STREAMS) {
  Deno.test(`FrameReader finds the same in ${what}, wherever it is cut`, () => {
    assertEquals(read([sent]), found);
    assertEquals(read(Array.from(sent, (byte) => Uint8Array.of(byte))), found);
    for (let first = 0; first <= sent.length; first++) {
      for (let second = first; second <= sent.length; second++) {
        const chunks = [
          sent.subarray(0, first),
          sent.subarray(first, second),
          sent.subarray(second),
        ];
        assertEquals(read(chunks), found, `cut at ${first} and ${second}`);
      }
    }
  });
}

/** What a client may not send, and the code that says so. */
const MISTAKES: [what: string, sent: Uint8Array, code: number][] = [
  ...[0x40, 0x20, 0x10].map((bit): [string, Uint8Array, number] => [
    `the reserved bit ${bit}`,
    clientFrame(0x81 | bit, ""),
    1002,
  ]),
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode): [string, Uint8Array, number] => [
    `opcode ${opcode}`,
    clientFrame(0x80 | opcode, ""),
    1002,
  ]),
  ["no mask", Uint8Array.of(0x81, 1), 1002],
  ["a ping with a part to follow", clientFrame(0x09, ""), 1002],
  ["a ping of 126 bytes", clientFrame(0x89, new Uint8Array(126)), 1002],
  ["a continuation of nothing", clientFrame(0x80, ""), 1002],
  ["a continuation of what is complete", joined(clientFrame(0x81, ""), clientFrame(0, "")), 1002],
  ["a text in a text", joined(clientFrame(0x01, ""), clientFrame(0x81, "")), 1002],
  ["half a close code", Uint8Array.of(0x88, 0x81), 1002],
  ...[0, 999, 1004, 1005, 1006, 1015, 2999, 5000].map((code): [string, Uint8Array, number] => [
    `the close code ${code}`,
    close(code),
    1002,
  ]),
  ["a reason that is no UTF-8", clientFrame(0x88, Uint8Array.of(3, 232, 255)), 1007],
  ["a text that is no UTF-8", clientFrame(0x81, Uint8Array.of(255)), 1007],
  ["half a character", clientFrame(0x81, Uint8Array.of(0xe2, 0x82)), 1007],
  [
    "half a character in two frames",
    joined(clientFrame(0x01, Uint8Array.of(0xe2)), clientFrame(0x80, Uint8Array.of(0x82))),
    1007,
  ],
  ["101 bytes where 100 may be", clientFrame(0x82, new Uint8Array(101)), 1009],
  ["the head of 200 bytes", Uint8Array.of(0x82, 0xfe, 0, 200), 1009],
  ["the head of 2^63 bytes", Uint8Array.of(0x82, 0xff, 128, 0, 0, 0, 0, 0, 0, 0), 1009],
  [
    "101 bytes in two frames",
    joined(clientFrame(0x02, new Uint8Array(100)), Uint8Array.of(0x00, 0x81)),
    1009,
  ],
];
for (const [what, sent, code] of MISTAKES) {
  Deno.test(`FrameReader refuses ${what} with ${code}`, () => {
    assertEquals(read([sent], 100).at(-1), `error ${code}`);
    const bytes = Array.from(sent, (byte) => Uint8Array.of(byte));
    assertEquals(read(bytes, 100).at(-1), `error ${code}`);
  });
}

Deno.test("FrameReader takes a message in any number of frames", () => {
  // However long that takes here, nothing of it is the client's time.
  using _clock = new HeldClock();
  const frames = (part: string) => [
    clientFrame(0x01, ""),
    ...Array.from({ length: 100_000 }, () => clientFrame(0x00, part)),
    clientFrame(0x80, ""),
  ];
  assertEquals(read(frames("")), ["text "]);
  assertEquals(read(frames("a"), 100_000), ["text 100000 bytes"]);
});

Deno.test("FrameReader refuses a message with 1008 that has not grown for 10 s, and no other", () => {
  using clock = new HeldClock();
  // Nothing is asked of a message but while it comes.
  const messages = (parts: string[]) => {
    const frames = parts.map((part, index) => [clientFrame(index ? 0x00 : 0x01, part)]);
    return read(clocked([...frames.flat(), clientFrame(0x80, "")], () => clock.now += 4_000));
  };
  assertEquals(messages(["", "", ""]), ["text "]);
  assertEquals(messages(["", "a", "", "", "b", "", ""]), ["text 6162"]);
  assertEquals(messages(["", "", "", ""]), ["error 1008"]);
  assertEquals(messages(["a", "", "", "", ""]), ["error 1008"]);
});

/** Frames, of which each takes its time. */
function* clocked(frames: Iterable<Uint8Array>, pass: () => void): Iterable<Uint8Array> {
  for (const frame of frames) {
    yield frame;
    pass();
  }
}

/** What is wrong, what the client says then, and what is found in all of it, wherever it is cut. */
const MISTAKEN: [what: string, mistake: Uint8Array, found: string][] = [
  ["too large a message", clientFrame(0x82, new Uint8Array(200)), "error 1009"],
  [
    "too large a message, with a long head",
    clientFrame(0x82, "x".repeat(200), { extended: 8 }),
    "error 1009",
  ],
  [
    "too large a message in parts",
    joined(
      clientFrame(0x02, new Uint8Array(90)),
      clientFrame(0x00, new Uint8Array(90)),
      clientFrame(0x80, new Uint8Array(90)),
    ),
    "error 1009",
  ],
  ["no UTF-8", joined(clientFrame(0x81, "a"), clientFrame(0x81, Uint8Array.of(255))), "error 1007"],
  [
    "no UTF-8 in parts",
    joined(
      clientFrame(0x01, Uint8Array.of(255)),
      clientFrame(0x80, "a"),
    ),
    "error 1007",
  ],
  ["an opcode that is none", clientFrame(0x83, "abc"), "error 1002"],
  ["a frame without a mask", Uint8Array.of(0x82, 3, 1, 2, 3), "error 1002"],
  ["a ping that is too long", clientFrame(0x89, new Uint8Array(126)), "error 1002"],
  ["a message in another", joined(clientFrame(0x01, "a"), clientFrame(0x81, "b")), "error 1002"],
];
for (const [what, mistake, error] of MISTAKEN) {
  Deno.test(`FrameReader finds the close frame behind ${what}, wherever it is cut`, () => {
    for (const [answer, said] of ANSWERS) {
      const sent = joined(mistake, clientFrame(0x81, "behind"), clientFrame(0x89, "p"), answer);
      const expected = [error, said];
      for (let cut = 0; cut <= sent.length; cut++) {
        const found = readOn([sent.subarray(0, cut), sent.subarray(cut)]);
        assertEquals(found.filter((it) => /^(error|close)/.test(it)), expected, `cut at ${cut}`);
      }
      const bytes = Array.from(sent, (byte) => Uint8Array.of(byte));
      assertEquals(readOn(bytes).filter((it) => /^(error|close)/.test(it)), expected);
    }
  });
}

const ANSWERS: [answer: Uint8Array, said: string][] = [
  [close(1009, "too large?"), "close 1009 too large?"],
  [clientFrame(0x88, ""), "close 1005 "],
  [close(1006), "close 1006 "],
  [Uint8Array.of(0x88, 0x81, 0, 0, 0, 0, 3), "close 1006 "],
  [clientFrame(0x88, new Uint8Array(126)), "close 1006 "],
  [clientFrame(0x88, Uint8Array.of(3, 232, 255)), "close 1006 "],
  [Uint8Array.of(0x88, 2, 3, 232), "close 1006 "],
];

Deno.test("FrameReader finds a close frame that is a mistake, and waits for no other", () => {
  for (const [answer, said] of ANSWERS.slice(2)) {
    const [error = "", ...rest] = readOn([answer]);
    assertEquals([error.replace(/\d+/, "N"), ...rest], ["error N", said]);
  }
});

Deno.test("FrameReader finds nothing but a close frame where it is to skip the rest", () => {
  const message = joined(
    clientFrame(0x02, new Uint8Array(40)),
    clientFrame(0x89, "p"),
    clientFrame(0x80, new Uint8Array(40)),
  );
  const sent = joined(message, clientFrame(0x83, ""), close(1000, "bye"));
  for (let cut = 0; cut < message.length; cut++) {
    const found = readOn([sent.subarray(0, cut), sent.subarray(cut)], 1);
    assertEquals(found.filter((it) => it !== "ping"), ["close 1000 bye"], `cut at ${cut}`);
  }
});

/**
 * What a reader finds also behind a mistake.
 *
 * @param skipAt Before which chunk it is told to skip.
 */
function readOn(chunks: readonly Uint8Array[], skipAt = Infinity): string[] {
  const found: string[] = [];
  const reader = new FrameReader({
    messages: (batch) => found.push(`${batch.size} messages`),
    ping: () => found.push("ping"),
    pong() {},
    failed: (error) => found.push(`error ${(error as FrameError).code}`),
    close: (code, reason) => found.push(`close ${code} ${reason}`),
    isFull: () => false,
  }, 100);
  for (const [index, chunk] of chunks.entries()) {
    if (index === skipAt) reader.skip();
    assertEquals(reader.push(chunk.slice()), chunk.length);
  }
  return found;
}

Deno.test("FrameReader takes a message of any size without a limit", () => {
  assertEquals(read([clientFrame(0x82, new Uint8Array(70_000))], 0), ["binary 70000 bytes"]);
});

function batchesOf(chunk: Uint8Array): Batch[] {
  const batches: Batch[] = [];
  const reader = new FrameReader({
    messages: (batch) => batches.push(batch),
    ping() {},
    pong() {},
    failed() {},
    close() {},
    isFull: () => false,
  }, 0);
  reader.push(chunk);
  return batches;
}

Deno.test("FrameReader makes one batch of all messages of a kind in a chunk", () => {
  const texts = Array.from({ length: 500 }, (_, index) => "x".repeat(index));
  const batches = batchesOf(joined(...texts.map((text) => clientFrame(0x81, text))));
  assertEquals(batches.map(({ size, binary }) => [size, binary]), [[500, false]]);
  assertEquals(batches.flatMap((batch) => [...batch]), texts);
});

Deno.test("FrameReader unmasks where the payloads lie", () => {
  const chunk = joined(clientFrame(0x82, "a"), clientFrame(0x82, "b"));
  const [batch] = batchesOf(chunk);
  assert(batch?.bytes === chunk);
});

Deno.test("FrameReader takes nothing more after a mistake", () => {
  let count = 0;
  const reader = new FrameReader({
    messages: () => count++,
    ping() {},
    pong() {},
    failed() {},
    close() {},
    isFull: () => false,
  }, 0);
  reader.push(clientFrame(0x83, ""));
  reader.push(clientFrame(0x81, "a"));
  assertEquals(count, 0);
});

// Of a client that says how much it will send, or not, and in which parts it comes.
const PARTS: [what: string, parts: Uint8Array[]][] = [
  ["in two frames", [clientFrame(0x02, "a"), clientFrame(0x80, "")]],
  ["in a hundred frames", [
    clientFrame(0x02, "a"),
    ...Array.from({ length: 98 }, () => clientFrame(0x00, "a")),
    clientFrame(0x80, ""),
  ]],
  ["in two reads", [0, 5].map((at) => clientFrame(0x82, "abc").slice(at, at + 5))],
  [
    "in two reads, long",
    [0, 3000].map((at) => clientFrame(0x82, "x".repeat(5000)).slice(at, at + 3000)),
  ],
];
for (const [what, parts] of PARTS) {
  Deno.test(`FrameReader gives a message that came ${what} hardly more memory than it has bytes`, () => {
    const kept: Batch[] = [];
    const ignore = () => {};
    const reader = new FrameReader(
      {
        messages: (batch) => kept.push(batch.keep()),
        ping: ignore,
        pong: ignore,
        failed: ignore,
        close: ignore,
        isFull: () => false,
      },
      1_000_000,
    );
    for (const part of parts) reader.push(part);
    const memory = kept.map(({ bytes }) => bytes.buffer.byteLength);
    assertEquals(kept.length, 1);
    const [size = 0] = memory;
    assert(size <= 1.25 * (kept[0]?.length ?? 0) + 16, `${size} bytes`);
  });
}

Deno.test("FrameReader reads no further than is wanted", () => {
  const frames = [0x81, 0x82, 0x81].map((first) => clientFrame(first, "a"));
  let count = 0;
  const reader = new FrameReader({
    messages: () => count++,
    ping() {},
    pong() {},
    failed() {},
    close() {},
    isFull: () => count > 0,
  }, 0);
  assertEquals(reader.push(joined(...frames)), (frames[0] as Uint8Array).length);
  assertEquals(count, 1);
});

Deno.test("FrameReader asks in a flood of messages whether more is wanted", () => {
  const chunk = joined(...Array.from({ length: 5000 }, () => clientFrame(0x81, "a")));
  const sizes: number[] = [];
  const reader = new FrameReader({
    messages: ({ size }) => sizes.push(size),
    ping() {},
    pong() {},
    failed() {},
    close() {},
    isFull: () => true,
  }, 0);
  for (let at = 0; at < chunk.length;) at += reader.push(chunk.subarray(at));
  assertEquals(sizes, [1024, 1024, 1024, 1024, 904]);
});
