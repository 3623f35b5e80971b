import { bytesFrom, oneOf, type Random } from "../../support/numbers.ts";
import { clientFrame, joined } from "./client_frames.ts";

const TEXTS = ["", "a", "hello", "€uro", "😀", "\ufeff", "\0", "x".repeat(124), "é".repeat(99)];

/** The frames that a client sends, and what a reader has to find in them. */
export interface Conversation {
  readonly sent: Uint8Array;
  readonly found: readonly string[];
}

/** Says something, in random frames. */
export function conversation(random: Random): Conversation {
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
    const payload = bytesFrom(random, random(20));
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
      ? bytesFrom(random, random(40))
      : new TextEncoder().encode(oneOf(random, TEXTS));
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
