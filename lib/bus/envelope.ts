import { Buffer, isUtf8 } from "node:buffer";
import { Batch } from "../base/batch.ts";
import { MAX_LINE } from "../base/limits.ts";
import { put } from "../base/put.ts";

/** Bytes of all messages in one envelope. */
export const MAX_ENVELOPE = MAX_LINE;

/** Messages in one envelope. */
export const MAX_ENVELOPE_MESSAGES = 65_536;

/** Ids of those who do not get it. */
export const MAX_ENVELOPE_IDS = 10_000;

// Ids of connections are shorter, and have no other characters.
const ID = /^[\w.:-]{1,64}$/;
const LONGEST_ID = 64;

// What it is, its number, how many do not get it, and how many messages it has.
const HEAD = 1 + 6 + 2 + 4;

/** Messages on a bus, with what their receivers have to know. */
export interface Envelope {
  /** Their number at the server that has said them: below 2⁴⁸. */
  readonly number: number;
  /** The ids of those who do not get them. */
  readonly except: ReadonlySet<string> | undefined;
  readonly batch: Batch;
}

/** Whether a text can be the id of a connection. */
export function isId(text: unknown): text is string {
  return typeof text === "string" && ID.test(text);
}

/**
 * Writes messages for a bus: one byte for what they are (1 text, 2 binary), their number, who does not get them, where
 * each message ends, and then the messages one behind the other.
 *
 * @param envelope At most 16 MiB, 65,536 messages and 10,000 ids.
 * @returns Memory of its own.
 */
export function writeEnvelope({ number, except, batch }: Envelope): Uint8Array {
  // What is no id is nobody's.
  const ids = except ? [...except].filter(isId) : [];
  const { bytes, spans, size } = batch;
  let idBytes = 0;
  for (const id of ids) idBytes += 1 + id.length;
  const payload = new Uint8Array(HEAD + idBytes + 4 * size + batch.length);
  const view = new DataView(payload.buffer);
  payload[0] = batch.binary ? 2 : 1;
  view.setUint16(1, Math.floor(number / 2 ** 32));
  view.setUint32(3, number);
  view.setUint16(7, ids.length);
  view.setUint32(9, size);
  let at = HEAD;
  for (const id of ids) {
    payload[at++] = id.length;
    at += Buffer.from(payload.buffer, at, id.length).write(id, "latin1");
  }
  let to = at + 4 * size;
  const start = to;
  for (let index = 0; index < spans.length; index += 2) {
    to = put(payload, to, bytes, spans[index] as number, spans[index + 1] as number);
    view.setUint32(at, to - start);
    at += 4;
  }
  return payload;
}

/** The number of an envelope, which need not be one; undefined where there is none. */
export function envelopeNumber(payload: Uint8Array): number | undefined {
  if (payload.length < HEAD) return undefined;
  return numberOf(viewOf(payload));
}

/**
 * Reads messages of a bus, where a stranger may have written anything.
 *
 * @param payload Its memory is that of the messages from now on.
 * @returns undefined where it is nothing that `writeEnvelope` writes.
 */
export function readEnvelope(payload: Uint8Array): Envelope | undefined {
  const [kind] = payload;
  if (payload.length < HEAD || (kind !== 1 && kind !== 2)) return undefined;
  const view = viewOf(payload);
  const size = view.getUint32(9);
  if (size === 0 || size > MAX_ENVELOPE_MESSAGES) return undefined;
  const count = view.getUint16(7);
  const found = readIds(payload, count);
  if (!found) return undefined;
  const { ids, end } = found;
  const start = end + 4 * size;
  const length = payload.length - start;
  if (length < 0 || length > MAX_ENVELOPE) return undefined;
  const spans = readSpans(view, { at: end, size, start, length });
  if (!spans) return undefined;
  if (kind === 1 && !areTexts(payload, spans)) return undefined;
  const batch = new Batch(kind === 2, payload, spans);
  return { number: numberOf(view), except: count > 0 ? ids : undefined, batch };
}

function numberOf(view: DataView): number {
  return view.getUint16(1) * 2 ** 32 + view.getUint32(3);
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function readIds(
  payload: Uint8Array,
  count: number,
): { ids: Set<string>; end: number } | undefined {
  const ids = new Set<string>();
  let end = HEAD;
  if (count > MAX_ENVELOPE_IDS) return undefined;
  for (let index = 0; index < count; index++) {
    const length = payload[end] ?? 0;
    const start = end + 1;
    end = start + length;
    if (length > LONGEST_ID || end > payload.length) return undefined;
    const id = Buffer.from(payload.buffer, payload.byteOffset + start, length).toString("latin1");
    if (!isId(id)) return undefined;
    ids.add(id);
  }
  return { ids, end };
}

/** Start and end of each message; undefined where they are not one behind the other up to the end. */
function readSpans(
  view: DataView,
  { at, size, start, length }: { at: number; size: number; start: number; length: number },
): number[] | undefined {
  const spans: number[] = [];
  let before = 0;
  for (let index = 0; index < size; index++) {
    const end = view.getUint32(at + 4 * index);
    if (end < before || end > length) return undefined;
    spans.push(start + before, start + end);
    before = end;
  }
  return before === length ? spans : undefined;
}

/** Whether each message is UTF-8: all of them together are, and none begins in a character. */
function areTexts(bytes: Uint8Array, spans: readonly number[]): boolean {
  const last = spans[spans.length - 1] as number;
  if (!isUtf8(bytes.subarray(spans[0], last))) return false;
  for (let at = 0; at < spans.length; at += 2) {
    const start = spans[at] as number;
    if (start < last && ((bytes[start] as number) & 0xc0) === 0x80) return false;
  }
  return true;
}
