import { assert, assertEquals, assertThrows } from "@std/assert";
import { constants, createDeflateRaw, deflateRawSync } from "node:zlib";
import { Assembly } from "../../../../lib/connection/transport/assembly.ts";
import { Inflater } from "../../../../lib/connection/transport/deflate/inflater.ts";
import { FrameError } from "../../../../lib/connection/transport/frame_error.ts";
import { bytesFrom, numbers, oneOf, type Random } from "../../../support/numbers.ts";
import { bytesOf, joined } from "../client_frames.ts";

const { Z_SYNC_FLUSH, Z_FULL_FLUSH } = constants;

function inflate(inflater: Inflater, payload: Uint8Array, limit = 1_000_000): Uint8Array {
  const message = new Assembly(true, true);
  message.add(payload, payload.length);
  return inflater.inflate(message, limit).bytes;
}

const alone = () => Inflater.of({ clientBits: 15, clientContext: false });
const together = (clientBits = 15) => Inflater.of({ clientBits, clientContext: true });

/** A message as most compress it: without the end of the empty block behind it. */
function deflated(message: string | Uint8Array): Uint8Array {
  const bytes = deflateRawSync(message, { finishFlush: Z_SYNC_FLUSH });
  return new Uint8Array(bytes.subarray(0, -4));
}

const hex = (text: string) => Uint8Array.fromHex(text.replaceAll(" ", ""));

/** The examples of RFC 7692 §7.2.3, and others of the same kind, each by itself. */
const PAYLOADS: [what: string, payload: Uint8Array, message: string][] = [
  ["a block", hex("f2 48 cd c9 c9 07 00"), "Hello"],
  ["a block that refers to itself", hex("f2 48 cd c9 c9 57 c8 40 90 00"), "Hello hello hello"],
  ["a block that is not compressed", hex("00 05 00 fa ff 48 65 6c 6c 6f 00"), "Hello"],
  ["a block that says it is the last", hex("f3 48 cd c9 c9 07 00 00"), "Hello"],
  ["one, with nothing behind it", hex("f3 48 cd c9 c9 07 00"), "Hello"],
  ["two blocks", hex("f2 48 05 00 00 00 ff ff ca c9 c9 07 00"), "Hello"],
  [
    "several that say they are the last",
    hex("f3 48 cd c9 c9 07 00 f3 48 cd c9 c9 07 00 00"),
    "HelloHello",
  ],
  ["nothing, as an empty block", hex("00"), ""],
  ["nothing, as an empty block of fixed codes", hex("02 00"), ""],
  ["nothing at all", hex(""), ""],
];
for (const [what, payload, message] of PAYLOADS) {
  Deno.test(`Inflater reads ${what}`, () => {
    const inflaters = [alone(), together()];
    for (const turn of [1, 2, 3]) {
      for (const inflater of inflaters) {
        assertEquals(inflate(inflater, payload), bytesOf(message), `${turn}`);
      }
    }
  });
}

Deno.test("Inflater reads a message that refers to one before it (RFC 7692 §7.2.3.2)", () => {
  const [first, second] = [hex("f2 48 cd c9 c9 07 00"), hex("f2 00 11 00 00")];
  const inflaters = [together(), together(8), together(9)];
  for (const inflater of inflaters) assertEquals(inflate(inflater, first), bytesOf("Hello"));
  for (const inflater of inflaters) assertEquals(inflate(inflater, second), bytesOf("Hello"));
  assertEquals(brokenBy(alone(), second), 1007);
});

Deno.test("Inflater reads what refers to something before a block that was the last", () => {
  const [first, second] = [hex("f3 48 cd c9 c9 07 00"), hex("f2 00 11 00 00")];
  for (const inflater of [alone(), together()]) {
    assertEquals(inflate(inflater, joined(first, second)), bytesOf("HelloHello"));
  }
  const inflater = together();
  inflate(inflater, joined(first, Uint8Array.of(0)));
  assertEquals(inflate(inflater, second), bytesOf("Hello"));
});

/** The code of the mistake. */
function brokenBy(inflater: Inflater, payload: Uint8Array, limit?: number): number {
  return assertThrows(() => inflate(inflater, payload, limit), FrameError).code;
}

const BROKEN: [what: string, payload: Uint8Array][] = [
  ["a block of no kind", hex("07 00")],
  ["a length that does not match", hex("00 05 00 00 00 48 65 6c 6c 6f 00")],
  ["a reference to nothing", hex("f2 00 11 00 00")],
  ["codes that are none", hex("05 e0 81 08 00 00 00 00 20 7f eb 0b")],
  ["any bytes", Uint8Array.of(...Array.from({ length: 99 }, () => 0xff))],
  ["more ends than can be meant", joined(...Array.from({ length: 300 }, () => hex("03 00")))],
];
for (const [what, payload] of BROKEN) {
  Deno.test(`Inflater refuses ${what} with 1007, and goes on for others`, () => {
    const other = together();
    inflate(other, deflated("what is said again"));
    for (const inflater of [alone(), together()]) assertEquals(brokenBy(inflater, payload), 1007);
    assertEquals(inflate(other, deflated("what is said again")), bytesOf("what is said again"));
    assertEquals(inflate(alone(), deflated("a")), bytesOf("a"));
  });
}

const LIMITS: [length: number, limit: number, fits: boolean][] = [
  [0, 0, true],
  [1, 0, false],
  [10, 10, true],
  [11, 10, false],
  [65_536, 65_536, true],
  [65_537, 65_536, false],
  [65_536, 65_535, false],
  [131_072, 131_072, true],
  [1_000_000, 131_072, false],
];
for (const [length, limit, fits] of LIMITS) {
  Deno.test(`Inflater ${fits ? "takes" : "refuses"} ${length} bytes where ${limit} are the limit`, () => {
    const payload = deflated(new Uint8Array(length));
    for (const inflater of [alone(), together()]) {
      if (fits) assertEquals(inflate(inflater, payload, limit).length, length);
      else assertEquals(brokenBy(inflater, payload, limit), 1009);
    }
  });
}

Deno.test("Inflater makes hardly more of a gigabyte of zeros than the limit of a message", () => {
  // A thousandth of what it is: more than that cannot be said by a byte.
  const payload = deflated(new Uint8Array(100_000_000));
  const bomb = joined(...Array.from({ length: 10 }, () => payload));
  assert(bomb.length < 1_100_000);
  const before = Deno.memoryUsage();
  assertEquals(brokenBy(alone(), bomb, 1_048_576), 1009);
  const { external } = Deno.memoryUsage();
  assert(external - before.external < 8_000_000, `${external - before.external} bytes`);
});

Deno.test("Inflater leaves room around a message, and hardly more than it needs", () => {
  for (const length of [1, 100, 65_535, 65_536, 70_000, 300_000]) {
    const message = new Assembly(true, true);
    const payload = deflated(new Uint8Array(length));
    message.add(payload, payload.length);
    const { bytes, isTight } = alone().inflate(message, 1_000_000);
    assert(length < 65_536 ? isTight : bytes.buffer.byteLength <= 2 * length + 100, `${length}`);
    assert(bytes.byteOffset >= 10);
  }
});

/** A client that compresses as its terms say. */
class Deflating {
  readonly #stream;
  readonly #parts: Uint8Array[] = [];

  constructor(random: Random, windowBits: number) {
    const level = random(10);
    const memLevel = 1 + random(9);
    const strategy = random(5);
    this.#stream = createDeflateRaw({ windowBits, level, memLevel, strategy });
    this.#stream.on("data", (part: Uint8Array) => this.#parts.push(part));
  }

  async deflate(message: Uint8Array, random: Random): Promise<Uint8Array> {
    const cut = random(message.length + 1);
    this.#stream.write(message.subarray(0, cut));
    // It may have a block end in the middle.
    if (random(3) === 0) await this.#flush(random(2) ? Z_SYNC_FLUSH : Z_FULL_FLUSH);
    this.#stream.write(message.subarray(cut));
    await this.#flush(Z_SYNC_FLUSH);
    const whole = joined(...this.#parts.splice(0));
    // An empty message needs a block of its own.
    return whole.length < 4 ? Uint8Array.of(0) : whole.subarray(0, -4);
  }

  reset(): void {
    this.#stream.reset();
  }

  [Symbol.dispose](): void {
    this.#stream.close();
  }

  #flush(kind: number): Promise<void> {
    return new Promise((resolve) => this.#stream.flush(kind, () => resolve()));
  }
}

Deno.test("Inflater reads what zlib makes, of several clients in turn", async () => {
  for (let seed = 0; seed < 100; seed++) {
    const random = numbers(seed);
    const clients = Array.from({ length: 3 }, () => {
      const clientBits = 9 + random(7);
      const clientContext = random(3) > 0;
      const inflater = Inflater.of({ clientBits, clientContext });
      return { clientContext, inflater, deflating: new Deflating(random, clientBits) };
    });
    const words = Array.from({ length: 5 }, () => bytesFrom(random, random(40)));
    for (let turn = 0; turn < 20; turn++) {
      const { clientContext, inflater, deflating } = oneOf(random, clients);
      const count = random(oneOf(random, [1, 5, 50, 2_000]));
      const message = joined(...Array.from({ length: count }, () => oneOf(random, words)));
      const payload = await deflating.deflate(message, random);
      if (!clientContext) deflating.reset();
      assertEquals(inflate(inflater, payload), message, `seed ${seed}`);
    }
    for (const { deflating } of clients) deflating[Symbol.dispose]();
  }
});
