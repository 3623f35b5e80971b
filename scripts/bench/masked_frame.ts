/** Options of {@linkcode maskedFrame}. */
export interface MaskedFrameOptions {
  /**
   * The opcode (RFC 6455 §5.2): 1 is text, 8 is close.
   *
   * @default {1}
   */
  readonly opcode?: number;
  /**
   * The number of copies of the frame, one behind the other.
   *
   * @default {1}
   */
  readonly copies?: number;
}

const MASK = [0x37, 0xfa, 0x21, 0x3d];

/**
 * Makes the bytes of a frame as a client sends it, once, to be written many times.
 *
 * The mask is always the same one: it protects proxies from hostile pages (RFC 6455 §10.3), which a
 * bench has none of, and the server has to take it off like any other.
 *
 * @param payload The payload, up to 125 bytes.
 * @param options The opcode and the number of copies.
 * @returns The bytes of all copies; each is 6 bytes longer than the payload.
 * @throws {RangeError} If the payload is longer than 125 bytes.
 */
export function maskedFrame(
  payload: Uint8Array,
  options: MaskedFrameOptions = {},
): Uint8Array<ArrayBuffer> {
  if (payload.length > 125) {
    throw new RangeError(`Cannot make a frame of ${payload.length} bytes: 125 is the longest`);
  }
  const { opcode = 1, copies = 1 } = options;
  const frame = [0x80 | opcode, 0x80 | payload.length, ...MASK];
  payload.forEach((byte, i) => frame.push(byte ^ (MASK[i % 4] ?? 0)));
  const bytes = new Uint8Array(frame.length * copies);
  for (let i = 0; i < copies; i++) bytes.set(frame, i * frame.length);
  return bytes;
}
