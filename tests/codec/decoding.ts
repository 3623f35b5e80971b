import { assert, assertEquals } from "@std/assert";
import { Batch } from "../../lib/base/batch.ts";
import type { Codec, Message } from "../../lib/contract.ts";
import { joined } from "../support/bytes.ts";

const encoder = new TextEncoder();

/** The bytes of a text, or those given. */
export function bytesOf(stream: string | ArrayLike<number>): Uint8Array {
  return typeof stream === "string" ? encoder.encode(stream) : Uint8Array.from(stream);
}

/** What a stream becomes that comes in these chunks, all of them in the same memory. */
export function decode(
  codec: Codec,
  chunks: Iterable<Uint8Array>,
  stream: "stdout" | "stderr" = "stdout",
): Message[] {
  const messages: Message[] = [];
  const decoder = codec.decoder(stream, (batch) => {
    assert(batch.size > 0, "a batch has messages");
    for (const message of batch) {
      messages.push(typeof message === "string" ? message : message.slice());
    }
  });
  assert(decoder, `there is nothing of ${stream}`);
  let count = 0;
  for (const chunk of chunks) {
    const reused = chunk.slice();
    count += decoder.push(reused);
    reused.fill(0x2a);
    assertEquals(count, messages.length, "push() counts the messages that it made");
  }
  decoder.end();
  const { length } = messages;
  decoder.end();
  assertEquals(messages.length, length, "end() gives the last message once");
  return messages;
}

/** Pieces of `size` bytes. */
export function* pieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) {
    yield bytes.subarray(start, start + size);
  }
}

/** Checks that a stream becomes the same messages however it comes. */
export function assertDecodes(
  codec: Codec,
  stream: string | readonly number[],
  messages: readonly Message[],
): void {
  const bytes = bytesOf(stream);
  for (let size = 1; size <= Math.max(1, bytes.length); size++) {
    assertEquals(decode(codec, pieces(bytes, size)), messages, `in chunks of ${size}`);
  }
  for (let cut = 1; cut < bytes.length; cut++) {
    const chunks = [bytes.subarray(0, cut), bytes.subarray(cut)];
    assertEquals(decode(codec, chunks), messages, `cut at ${cut}`);
  }
}

/** What a program reads of messages, each in a batch of its own, or all of one kind in one. */
export function encode(codec: Codec, messages: readonly Message[]): Uint8Array {
  const parts = messages.map((message) => bytesOf(codec.encode(Batch.of(message))));
  return joined(parts);
}

/** Messages in one batch, with something between them. */
export function together(messages: readonly Message[]): Batch {
  const gap = Uint8Array.of(0x2a, 0x2a);
  const parts: Uint8Array[] = [gap];
  const spans: number[] = [];
  let at = gap.length;
  for (const message of messages) {
    const bytes = typeof message === "string" ? encoder.encode(message) : message;
    spans.push(at, at + bytes.length);
    parts.push(bytes, gap);
    at += bytes.length + gap.length;
  }
  return new Batch(typeof messages[0] !== "string", joined(parts), spans);
}
