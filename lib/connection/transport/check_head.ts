import { FrameError } from "./frame_error.ts";

/** Frames of one message, as in ws: who sends more has no message, but time. */
const MAX_FRAMES = 16_384;

/**
 * Checks the first two bytes of a client's frame (RFC 6455 §5.2).
 *
 * @param message The message that has begun and is not complete yet.
 * @throws {FrameError} If it may not come, or not now.
 */
export function checkHead(
  first: number,
  second: number,
  message: { readonly frames: number } | undefined,
): void {
  const opcode = first & 15;
  if (first & 0x70) throw wrong("A frame has a reserved bit");
  if (second < 0x80) throw wrong("A frame has no mask");
  if (opcode > 10 || opcode > 2 && opcode < 8) throw wrong(`A frame has the opcode ${opcode}`);
  if (opcode >= 8) {
    if (first < 0x80) throw wrong("A control frame has a part to follow");
    if (second > 0x80 + 125) throw wrong("A control frame has more than 125 bytes");
    if (opcode === 8 && second === 0x81) throw wrong("A close frame has half a code");
  } else if (opcode > 0) {
    if (message) throw wrong("A message begins in another one");
  } else if (!message) throw wrong("A frame goes on with no message");
  else if (message.frames >= MAX_FRAMES) {
    throw new FrameError(1008, `A message has more than ${MAX_FRAMES} frames`);
  }
}

const wrong = (message: string) => new FrameError(1002, message);
