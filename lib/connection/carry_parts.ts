import { Batch, type Message } from "../base/batch.ts";
import { joined } from "../base/joined.ts";
import { MAX_LINE } from "../base/limits.ts";
import { shown } from "../base/shown.ts";
import type { Transport } from "../contract.ts";

/** A message that is larger than what can be gathered of its parts. */
export class PartsTooLarge extends Error {
  override readonly name = "PartsTooLarge";
}

/** Options of {@linkcode carryParts}. */
export interface Carrying {
  /** Whether it is broken off. */
  isOver(): boolean;
  /** Told of the bytes of each part that was sent or gathered. */
  sent(bytes: number): void;
}

const encoder = new TextEncoder();

/**
 * Sends a message in parts, or gathers them where the transport has no fragments.
 *
 * @param parts Ends also when it is cancelled.
 * @returns Whether all was sent.
 * @throws {Error} If the parts fail, or are no parts of one message.
 * @throws {PartsTooLarge} If they are too large to be gathered.
 */
export async function carryParts(
  transport: Transport,
  parts: ReadableStreamDefaultReader<Message>,
  { isOver, sent }: Carrying,
): Promise<boolean> {
  const carrier = transport.sendPart ? new Fragments(transport) : new Whole(transport);
  const kind = new OneKind();
  for (;;) {
    const { done, value } = await parts.read();
    if (isOver()) return false;
    const part = done ? kind.end() : kind.take(value);
    if (part.length > 0) {
      carrier.add(part, kind.binary);
      sent(part.length);
    }
    if (done) break;
    await transport.drained();
    if (isOver()) return false;
  }
  carrier.end(kind.binary);
  return true;
}

/** Makes bytes of the parts, all of which have to be of the kind of the first. */
class OneKind {
  #kind: "string" | "object" | undefined;
  /** The first half of a character whose second half is in the next part. */
  #half = "";

  get binary(): boolean {
    return this.#kind === "object";
  }

  take(part: Message): Uint8Array {
    if (typeof part !== "string" && !(part instanceof Uint8Array)) {
      throw new TypeError(
        `A part of a message has to be a string or a Uint8Array, not ${shown(part)}`,
      );
    }
    const kind = typeof part as "string" | "object";
    if (kind !== (this.#kind ??= kind)) {
      throw new TypeError("The parts of a message have to be all strings, or all Uint8Arrays");
    }
    if (typeof part !== "string") return part;
    const text = this.#half + part;
    this.#half = /[\ud800-\udbff]$/.exec(text)?.[0] ?? "";
    return encoder.encode(this.#half ? text.slice(0, -1) : text);
  }

  end(): Uint8Array {
    return encoder.encode(this.#half);
  }
}

/** Each part as a frame. */
class Fragments {
  readonly #transport: Transport;
  #begun = false;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  add(part: Uint8Array, binary: boolean): void {
    this.#transport.sendPart?.(batchOf(part, binary), this.#begun ? "middle" : "first");
    this.#begun = true;
  }

  end(binary: boolean): void {
    const none = batchOf(new Uint8Array(0), binary);
    if (this.#begun) this.#transport.sendPart?.(none, "last");
    else this.#transport.send(none);
  }
}

/** All of them in one frame. */
class Whole {
  readonly #transport: Transport;
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  add(part: Uint8Array): void {
    this.#length += part.length;
    if (this.#length > MAX_LINE) {
      throw new PartsTooLarge(`A message in parts has more than ${MAX_LINE} bytes`);
    }
    // Who makes the next part may do it in the same memory.
    this.#parts.push(part.slice());
  }

  end(binary: boolean): void {
    const bytes = joined(this.#parts, this.#length);
    this.#transport.send(batchOf(bytes, binary));
  }
}

const batchOf = (bytes: Uint8Array, binary: boolean): Batch =>
  new Batch(binary, bytes, [0, bytes.length]);
