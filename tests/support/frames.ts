// Not without a byte order mark, which is a character of a message.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A message or a close frame; code 1006 where the connection ended without one. */
export type Received =
  | { readonly kind: "text"; readonly data: string }
  | { readonly kind: "binary"; readonly data: Uint8Array }
  | { readonly kind: "ping" | "pong"; readonly data: Uint8Array }
  | { readonly kind: "close"; readonly code: number; readonly reason: string };

/** Reads so many bytes; undefined where the connection ends before. */
type Read = (length: number) => Promise<Uint8Array | undefined>;

/** What the next frame brings, masked or not; fails where the connection ends in its head. */
export async function readFrame(read: Read): Promise<Received> {
  const head = await read(2);
  if (!head) return { kind: "close", code: 1006, reason: "" };
  const [first = 0, second = 0] = head;
  let length = second & 127;
  if (length === 126) length = view(await read(2)).getUint16(0);
  else if (length === 127) length = Number(view(await read(8)).getBigUint64(0));
  const mask = second & 128 ? await read(4) : undefined;
  const data = await read(length) ?? new Uint8Array();
  for (let index = 0; mask && index < data.length; index++) {
    data[index] = (data[index] as number) ^ (mask[index & 3] as number);
  }
  return receivedOf(first & 15, data);
}

/** The text of a message; fails on anything else. */
export function textOf(received: Received): string {
  if (received.kind === "text") return received.data;
  throw new Error(`No text, but ${JSON.stringify(received)}`);
}

/** A masked frame. The mask is zero: servers must accept any. */
export function frame(first: number, payload: Uint8Array): Uint8Array {
  return framed(first, payload, 4);
}

/** A frame without a mask, as of a server. */
export function bareFrame(first: number, payload: Uint8Array): Uint8Array {
  return framed(first, payload, 0);
}

/** @param mask Bytes of its mask. */
function framed(first: number, payload: Uint8Array, mask: 0 | 4): Uint8Array {
  const { length } = payload;
  const extended = length < 126 ? 0 : length < 65536 ? 2 : 8;
  const bytes = new Uint8Array(2 + extended + mask + length);
  bytes[0] = first;
  bytes[1] = (mask && 0x80) | (extended === 0 ? length : extended === 2 ? 126 : 127);
  if (extended === 2) view(bytes).setUint16(2, length);
  if (extended === 8) view(bytes).setBigUint64(2, BigInt(length));
  bytes.set(payload, 2 + extended + mask);
  return bytes;
}

function view(bytes: Uint8Array | undefined): DataView {
  if (!bytes) throw new Error("The connection ended in a frame");
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function receivedOf(opcode: number, data: Uint8Array): Received {
  if (opcode === 1) return { kind: "text", data: decoder.decode(data) };
  if (opcode === 2) return { kind: "binary", data };
  if (opcode === 9) return { kind: "ping", data };
  if (opcode === 10) return { kind: "pong", data };
  const code = data.length >= 2 ? view(data).getUint16(0) : 1005;
  return { kind: "close", code, reason: decoder.decode(data.subarray(2)) };
}
