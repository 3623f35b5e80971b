import { assertEquals } from "@std/assert";
import { clientFrame, joined, read } from "./client_frames.ts";

/** Numbers below a bound that look random and are the same each time (mulberry32). */
function numbers(seed: number): (bound: number) => number {
  return (bound) => {
    seed = seed + 0x6d2b79f5 | 0;
    let mixed = Math.imul(seed ^ seed >>> 15, seed | 1);
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
    return ((mixed ^ mixed >>> 14) >>> 0) % bound;
  };
}

const TEXTS = ["", "a", "hello", "€uro", "😀", "\ufeff", "\0", "x".repeat(124), "é".repeat(99)];

/** What a client says, in random frames, and what has to be found in that. */
function conversation(random: (bound: number) => number): { sent: Uint8Array; found: string[] } {
  const frames: Uint8Array[] = [];
  const found: string[] = [];
  const add = (first: number, payload: Uint8Array) => {
    const mask = Array.from({ length: 4 }, () => random(256));
    const extended = random(9) === 0 ? 8 : undefined;
    frames.push(
      clientFrame(first, payload, first < 0x88 && extended ? { mask, extended } : { mask }),
    );
  };
  const control = () => {
    const payload = new Uint8Array(random(20)).map(() => random(256));
    if (random(2)) {
      add(0x8a, payload);
      found.push("pong");
    } else {
      add(0x89, payload);
      found.push(`ping ${payload.toHex()}`);
    }
  };
  for (let count = random(12); count > 0; count--) {
    const binary = random(2) === 1;
    const payload = binary
      ? new Uint8Array(random(40)).map(() => random(256))
      : new TextEncoder().encode(TEXTS[random(TEXTS.length)]);
    const cuts = Array.from({ length: random(3) && random(4) }, () => random(payload.length + 1));
    const ends = [...cuts.toSorted((a, b) => a - b), payload.length];
    for (const [index, end] of ends.entries()) {
      if (random(8) === 0) control();
      const opcode = index > 0 ? 0 : binary ? 2 : 1;
      const fin = index === ends.length - 1 ? 0x80 : 0;
      add(fin | opcode, payload.subarray(ends[index - 1] ?? 0, end));
    }
    const shown = payload.length > 40 ? `${payload.length} bytes` : payload.toHex();
    found.push(`${binary ? "binary" : "text"} ${shown}`);
  }
  return { sent: joined(...frames), found };
}

function cut(sent: Uint8Array, random: (bound: number) => number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  const most = [1, 8, 200][random(3)] as number;
  for (let at = 0; at < sent.length;) {
    const end = at + 1 + random(most);
    chunks.push(sent.subarray(at, end));
    at = end;
  }
  return chunks;
}

Deno.test("FrameReader finds what was said in any frames and any chunks", () => {
  for (let seed = 0; seed < 1000; seed++) {
    const random = numbers(seed);
    const { sent, found } = conversation(random);
    assertEquals(read([sent]), found, `seed ${seed}`);
    assertEquals(read(cut(sent, random)), found, `seed ${seed}, in chunks`);
    const isFull = () => random(2) === 0;
    assertEquals(read([sent], 1000, isFull), found, `seed ${seed}, with pauses`);
  }
});

Deno.test("FrameReader finds the same in a broken stream, wherever it is cut", () => {
  for (let seed = 0; seed < 1000; seed++) {
    const random = numbers(seed);
    const { sent } = conversation(random);
    if (sent.length === 0) continue;
    for (let count = 1 + random(3); count > 0; count--) sent[random(sent.length)] = random(256);
    assertEquals(read(cut(sent, random)), read([sent]), `seed ${seed}`);
  }
});
