import { assert, assertEquals } from "@std/assert";
import { constants, deflateRawSync } from "node:zlib";
import { Inflater } from "../../../../lib/connection/transport/deflate/inflater.ts";
import { chunksOf } from "../../../support/mutate.ts";
import { bytesFrom, numbers, oneOf } from "../../../support/numbers.ts";
import { bytesOf, clientFrame, joined, read } from "../client_frames.ts";

const alone = () => Inflater.of({ clientBits: 15, clientContext: false });
const together = () => Inflater.of({ clientBits: 15, clientContext: true });

function deflated(message: string | Uint8Array): Uint8Array {
  const bytes = deflateRawSync(message, { finishFlush: constants.Z_SYNC_FLUSH });
  return new Uint8Array(bytes.subarray(0, -4));
}

const HELLO = Uint8Array.fromHex("f248cdc9c90700");
const AGAIN = Uint8Array.fromHex("f200110000");
const hello = "text 48656c6c6f";
const PING = clientFrame(0x89, "p");

/** Frames of a client, and what is found in them, wherever they are cut. */
const STREAMS: [what: string, sent: Uint8Array, found: string[]][] = [
  ["a compressed text", clientFrame(0xc1, HELLO), [hello]],
  ["compressed bytes", clientFrame(0xc2, HELLO), ["binary 48656c6c6f"]],
  [
    "messages of all kinds in their order",
    joined(
      clientFrame(0xc1, HELLO),
      clientFrame(0x81, "a"),
      PING,
      clientFrame(0xc2, HELLO),
      clientFrame(0x82, "b"),
      clientFrame(0xc1, HELLO),
      clientFrame(0x88, ""),
    ),
    [hello, "text 61", "ping 70", "binary 48656c6c6f", "binary 62", hello, "close 1005"],
  ],
  [
    "a compressed text in frames, with pings between them",
    joined(
      clientFrame(0x41, HELLO.subarray(0, 3)),
      PING,
      clientFrame(0x00, ""),
      PING,
      clientFrame(0x80, HELLO.subarray(3)),
    ),
    ["ping 70", "ping 70", hello],
  ],
  [
    "a text in frames behind a compressed one",
    joined(clientFrame(0xc1, HELLO), clientFrame(0x01, "a"), clientFrame(0x80, "b")),
    [hello, "text 6162"],
  ],
  ["an empty compressed text", clientFrame(0xc1, Uint8Array.of(0)), ["text "]],
  ["one with a length of 8 bytes", clientFrame(0xc1, HELLO, { extended: 8 }), [hello]],
  ["RSV1 in a ping", clientFrame(0xc9, "p"), ["error 1002"]],
  ["RSV1 in a pong", clientFrame(0xca, "p"), ["error 1002"]],
  ["RSV1 in a close frame", clientFrame(0xc8, ""), ["error 1002"]],
  ["RSV2 in a text", clientFrame(0xa1, "a"), ["error 1002"]],
  ["RSV3 in a text", clientFrame(0x91, "a"), ["error 1002"]],
  ["RSV1 and RSV2 in a text", clientFrame(0xe1, HELLO), ["error 1002"]],
  ["RSV1 in a frame of no kind", clientFrame(0xc3, HELLO), ["error 1002"]],
  [
    "RSV1 in what goes on with a compressed text",
    joined(clientFrame(0x41, HELLO.subarray(0, 3)), clientFrame(0xc0, HELLO.subarray(3))),
    ["error 1002"],
  ],
  [
    "RSV1 in what goes on with a text",
    joined(clientFrame(0x01, "a"), clientFrame(0xc0, "b")),
    ["error 1002"],
  ],
  [
    "a compressed text in another one",
    joined(clientFrame(0x41, HELLO.subarray(0, 3)), clientFrame(0xc1, HELLO)),
    ["error 1002"],
  ],
  ["broken data", joined(clientFrame(0xc1, HELLO), clientFrame(0xc1, "\x07\x00")), [
    hello,
    "error 1007",
  ]],
  ["a text that is no UTF-8", clientFrame(0xc1, deflated(Uint8Array.of(0xff))), ["error 1007"]],
  ["bytes that are no UTF-8", clientFrame(0xc2, deflated(Uint8Array.of(0xff))), ["binary ff"]],
  [
    "a character that was cut in two",
    joined(
      clientFrame(0x41, deflated("€").subarray(0, 3)),
      clientFrame(0x80, deflated("€").subarray(3)),
    ),
    ["text e282ac"],
  ],
  ["a message of the limit", clientFrame(0xc2, deflated(new Uint8Array(1_000))), [
    "binary 1000 bytes",
  ]],
  ["a message beyond it", clientFrame(0xc2, deflated(new Uint8Array(1_001))), ["error 1009"]],
  [
    "one of the limit that gets longer",
    clientFrame(0xc2, deflated(bytesFrom(numbers(1), 1_000))),
    ["binary 1000 bytes"],
  ],
  ["frames that no message of the limit has", clientFrame(0xc2, new Uint8Array(2_150)), [
    "error 1009",
  ]],
];
for (const [what, sent, found] of STREAMS) {
  Deno.test(`FrameReader with an inflater finds ${what}`, () => {
    for (const inflater of [alone, together]) {
      assertEquals(read([sent], 1_000, undefined, inflater()), found);
      for (let seed = 0; seed < 5; seed++) {
        const random = numbers(seed);
        assertEquals(read(chunksOf(sent, random), 1_000, undefined, inflater()), found);
        const isFull = () => random(2) === 0;
        assertEquals(read([sent], 1_000, isFull, inflater()), found);
      }
    }
  });
}

Deno.test("FrameReader refuses RSV1 with 1002 where nothing was agreed on", () => {
  for (const first of [0xc1, 0xc2, 0x41, 0xc0, 0xc9]) {
    assertEquals(read([clientFrame(first, HELLO)]), ["error 1002"]);
  }
});

Deno.test("FrameReader has messages refer to those before them only where that was agreed on", () => {
  const sent = joined(clientFrame(0xc1, HELLO), clientFrame(0x81, "a"), clientFrame(0xc1, AGAIN));
  assertEquals(read([sent], 1_000, undefined, together()), [hello, "text 61", hello]);
  assertEquals(read([sent], 1_000, undefined, alone()), [hello, "text 61", "error 1007"]);
});

Deno.test("FrameReader with an inflater asks whether more is wanted after each compressed message", () => {
  const sent = joined(...Array.from({ length: 50 }, () => clientFrame(0xc1, HELLO)));
  let asked = 0;
  const isFull = () => ++asked > 0;
  assertEquals(read([sent], 1_000, isFull, alone()), Array.from({ length: 50 }, () => hello));
  assert(asked >= 50);
});

Deno.test("FrameReader with an inflater finds what was said in any frames and any chunks", () => {
  for (let seed = 0; seed < 300; seed++) {
    const random = numbers(seed);
    const frames: Uint8Array[] = [];
    const found: string[] = [];
    for (let count = random(12); count > 0; count--) {
      const message = bytesOf(
        oneOf(random, ["", "a", "€uro", "hello, hello, hello", "x".repeat(99)]),
      );
      const compressed = random(3) > 0;
      const payload = compressed ? deflated(message) : message;
      const cut = random(payload.length + 1);
      const first = (compressed ? 0x40 : 0) | 1 + random(2);
      if (random(2)) frames.push(clientFrame(0x80 | first, payload));
      else {
        frames.push(clientFrame(first, payload.subarray(0, cut)));
        if (random(2)) {
          frames.push(PING);
          found.push("ping 70");
        }
        frames.push(clientFrame(0x80, payload.subarray(cut)));
      }
      const shown = message.length > 40 ? `${message.length} bytes` : message.toHex();
      found.push(`${first & 1 ? "text" : "binary"} ${shown}`);
    }
    const sent = joined(...frames);
    assertEquals(read([sent], 1_000, undefined, alone()), found, `seed ${seed}`);
    assertEquals(read(chunksOf(sent, random), 1_000, undefined, alone()), found, `seed ${seed}`);
  }
});
