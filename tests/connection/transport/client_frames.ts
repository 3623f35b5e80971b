import type { Inflater } from "../../../lib/connection/transport/deflate/inflater.ts";
import { FrameError } from "../../../lib/connection/transport/frame_error.ts";
import { FrameReader } from "../../../lib/connection/transport/frame_reader.ts";
import { joined as join } from "../../support/bytes.ts";

const encoder = new TextEncoder();

export const bytesOf = (text: string): Uint8Array => encoder.encode(text);

/** Parts one behind the other. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return join(parts);
}

/** How a {@linkcode clientFrame} is written. */
export interface FrameForm {
  readonly mask?: readonly number[];
  /** Bytes of its length beside the first; default: as few as possible. */
  readonly extended?: 0 | 2 | 8;
}

/** A frame of a client. */
export function clientFrame(
  first: number,
  payload: string | Uint8Array,
  { mask = [0x12, 0xe3, 0x84, 0x75], extended }: FrameForm = {},
): Uint8Array {
  const bytes = typeof payload === "string" ? bytesOf(payload) : payload;
  const { length } = bytes;
  const more = extended ?? (length < 126 ? 0 : length < 65536 ? 2 : 8);
  const head = new DataView(new ArrayBuffer(2 + more));
  head.setUint8(0, first);
  head.setUint8(1, 0x80 | (more === 0 ? length : more === 2 ? 126 : 127));
  if (more === 2) head.setUint16(2, length);
  if (more === 8) head.setBigUint64(2, BigInt(length));
  return joined(
    new Uint8Array(head.buffer),
    Uint8Array.from(mask),
    bytes.map((byte, index) => byte ^ (mask[index & 3] as number)),
  );
}

const hex = (bytes: Uint8Array) => bytes.length > 40 ? `${bytes.length} bytes` : bytes.toHex();

/**
 * What a reader finds in chunks: `text 61`, `binary ff`, `ping 61`, `close 1000 bye`, `error 1002`, …
 *
 * @param isFull Whether it stops, asked now and then; what is left comes again at once.
 * @param inflater Where messages may be compressed.
 */
export function read(
  chunks: Iterable<Uint8Array>,
  limit = 1000,
  isFull = () => false,
  inflater: Inflater | undefined = undefined,
): string[] {
  const found: string[] = [];
  let failed = false;
  const reader = new FrameReader(
    {
      messages(batch) {
        for (let index = 0; index < batch.size; index++) {
          found.push(`${batch.binary ? "binary" : "text"} ${hex(batch.bytesAt(index))}`);
        }
      },
      ping: (payload) => found.push(`ping ${hex(payload)}`),
      pong: () => found.push("pong"),
      failed(error) {
        failed = true;
        if (!(error instanceof FrameError)) throw error;
        found.push(`error ${error.code}`);
      },
      // What the client says to that is another matter.
      close: (code, reason) => failed || found.push(`close ${code} ${reason}`.trimEnd()),
      isFull,
    },
    limit,
    inflater,
  );
  // A reader takes the memory of a chunk.
  for (const chunk of chunks) {
    for (let left = chunk.slice(); left.length > 0;) left = left.subarray(reader.push(left));
  }
  return found;
}
