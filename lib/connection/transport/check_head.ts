import { FrameError } from "./frame_error.ts";

/**
 * Checks the first two bytes of a client's frame (RFC 6455 §5.2).
 *
 * @param inMessage Whether a message has begun and is not complete yet.
 * @param compresses Whether the first frame of a message may say that it is compressed (RFC 7692 §6).
 * @throws {FrameError} If it may not come, or not now.
 */
export function checkHead(
  first: number,
  second: number,
  inMessage: boolean,
  compresses = false,
): void {
  const opcode = first & 15;
  const reserved = compresses && (opcode === 1 || opcode === 2) ? 0x30 : 0x70;
  if (first & reserved) throw wrong("A frame has a reserved bit");
  if (second < 0x80) throw wrong("A frame has no mask");
  if (opcode > 10 || opcode > 2 && opcode < 8) throw wrong(`A frame has the opcode ${opcode}`);
  if (opcode >= 8) {
    if (first < 0x80) throw wrong("A control frame has a part to follow");
    if (second > 0x80 + 125) throw wrong("A control frame has more than 125 bytes");
    if (opcode === 8 && second === 0x81) throw wrong("A close frame has half a code");
  } else if (opcode > 0) {
    if (inMessage) throw wrong("A message begins in another one");
  } else if (!inMessage) throw wrong("A frame goes on with no message");
}

const wrong = (message: string) => new FrameError(1002, message);
