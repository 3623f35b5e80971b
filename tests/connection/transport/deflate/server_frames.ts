import { constants, inflateRawSync } from "node:zlib";
import { joined } from "../client_frames.ts";

/** A frame of a server, which has no mask. */
export interface ServerFrame {
  readonly first: number;
  readonly payload: Uint8Array;
}

/** Finds the frames in what a server has sent. */
export function framesIn(bytes: Uint8Array): ServerFrame[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: ServerFrame[] = [];
  for (let at = 0; at < bytes.length;) {
    const first = view.getUint8(at);
    const short = view.getUint8(at + 1);
    const head = short < 126 ? 2 : short === 126 ? 4 : 10;
    const length = head === 2
      ? short
      : head === 4
      ? view.getUint16(at + 2)
      : Number(view.getBigUint64(at + 2));
    found.push({ first, payload: bytes.subarray(at + head, at + head + length) });
    at += head + length;
  }
  return found;
}

const TAIL = Uint8Array.of(0, 0, 0xff, 0xff);

/** Inflates the payloads of messages that refer to each other, one behind the other. */
export function inflated(payloads: readonly Uint8Array[], windowBits = 15): Uint8Array {
  const whole = joined(...payloads.flatMap((payload) => [payload, TAIL]));
  const options = { windowBits, finishFlush: constants.Z_SYNC_FLUSH };
  return new Uint8Array(inflateRawSync(whole, options));
}

/** The message in a frame that refers to none before it, compressed or not. */
export function messageIn({ first, payload }: ServerFrame, windowBits = 15): Uint8Array {
  return first & 0x40 ? inflated([payload], windowBits) : payload;
}
