const encoder = new TextEncoder();

/** A ping without a payload. */
export const PING: Uint8Array = Uint8Array.of(0x89, 0);

/** The same for its answer. */
const PONG: Uint8Array = Uint8Array.of(0x8a, 0);

/** A ping with a payload, of at most 125 bytes. */
export function pingFrame(payload: Uint8Array): Uint8Array {
  return controlFrame(0x89, payload);
}

/** A pong with the payload of its ping. */
export function pongFrame(payload: Uint8Array): Uint8Array {
  if (payload.length === 0) return PONG;
  return controlFrame(0x8a, payload);
}

/** A close frame; 1005 says that it has no code. */
export function closeFrame(code: number, reason: string): Uint8Array {
  if (code === 1005) return controlFrame(0x88, new Uint8Array(0));
  return controlFrame(0x88, Uint8Array.of(code >> 8, code & 255, ...encoder.encode(reason)));
}

function controlFrame(first: number, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(2 + payload.length);
  frame[0] = first;
  frame[1] = payload.length;
  frame.set(payload, 2);
  return frame;
}
