import { formatIp } from "../../base/ip_address.ts";
import { type Preamble, PreambleError } from "./preamble.ts";

/** The bytes that version 2 begins with. */
export const SIGNATURE = new TextEncoder().encode("\r\n\r\n\0\r\nQUIT\n");

const HEAD = 16;

/** Commands: the proxy's own connection, or that of a client. */
const LOCAL = 0;
const PROXY = 1;

const STREAM = 1;

/** Bytes of the two addresses and ports, by the family. */
const ADDRESSES: Readonly<Record<number, number>> = { 1: 12, 2: 36, 3: 216 };

const SSL = 0x20;
const CLIENT_SSL = 1;

/**
 * The bytes that follow the head.
 *
 * @throws {PreambleError} If it is of another version.
 */
export function lengthOfV2(head: Uint8Array): number {
  const version = byteOf(head, 12) >> 4;
  if (version !== 2) throw new PreambleError(`its version is ${version}`);
  return uint16(head, 14);
}

/**
 * Reads a whole preamble of version 2.
 *
 * @throws {PreambleError} If it is malformed.
 */
export function parseV2(bytes: Uint8Array): Preamble {
  const command = byteOf(bytes, 12) & 15;
  const family = byteOf(bytes, 13) >> 4;
  const transport = byteOf(bytes, 13) & 15;
  if (command === LOCAL) return {};
  if (command !== PROXY) throw new PreambleError(`its command is ${command}`);
  const size = ADDRESSES[family] ?? 0;
  if (HEAD + size > bytes.length) throw new PreambleError("it is too short for its addresses");
  const secure = isSecure(bytes, HEAD + size, family);
  const said = secure === undefined ? {} : { secure };
  // Others are to be taken for one that is not known.
  if (transport !== STREAM || size === 0) return said;
  if (family === 3) return { ...said, source: { transport: "unix", path: "" } };
  const length = family === 1 ? 4 : 16;
  const hostname = formatIp(bytes.subarray(HEAD, HEAD + length));
  const port = uint16(bytes, HEAD + 2 * length);
  return { ...said, source: { transport: "tcp", hostname, port } };
}

/** By the parts behind the addresses: a type, two bytes of length, a value. */
function isSecure(bytes: Uint8Array, start: number, family: number): boolean | undefined {
  // How long the addresses of another family are is not known.
  if (family !== 0 && ADDRESSES[family] === undefined) return undefined;
  let secure: boolean | undefined;
  for (let at = start; at < bytes.length;) {
    const end = at + 3 + uint16(bytes, at + 1);
    if (at + 3 > bytes.length || end > bytes.length) throw new PreambleError("a part is cut off");
    if (bytes[at] === SSL && end > at + 3) secure = (byteOf(bytes, at + 3) & CLIENT_SSL) !== 0;
    at = end;
  }
  return secure;
}

function byteOf(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

function uint16(bytes: Uint8Array, at: number): number {
  return byteOf(bytes, at) << 8 | byteOf(bytes, at + 1);
}
