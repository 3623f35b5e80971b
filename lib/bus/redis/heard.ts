import type { Reply } from "./redis_client.d.ts";
import { type Item, unpackItems } from "./shipment.ts";

/** Messages that were published together. */
export interface Shipped {
  readonly kind: "shipped";
  /** The id of their log. */
  readonly log: string;
  /** The number of the message before them. */
  readonly before: number;
  /** The number of the last of them. */
  readonly last: number;
  readonly from: string;
  readonly items: readonly Item[];
  /** Bytes of memory. */
  readonly bytes: number;
}

/** Something that comes over the channel of a topic. */
export type Heard =
  | Shipped
  | {
    readonly kind: "cast";
    readonly from: string;
    readonly items: readonly Item[];
    readonly bytes: number;
  }
  | { readonly kind: "renewed"; readonly bytes: number };

// A header has five words, of which a stranger may have made any.
const HEADER = 160;
const LOG = /^[a-z0-9]{1,16}$/;
const FROM = /^[\w-]{1,64}$/;

/** Reads what came over the channel of a topic; undefined where a stranger has written it. */
export function readHeard(message: Uint8Array): Heard | undefined {
  const end = message.subarray(0, HEADER).indexOf(10);
  if (end < 0) return undefined;
  const words = latin1.decode(message.subarray(0, end)).split(" ");
  const [kind, ...rest] = words;
  const body = message.subarray(end + 1);
  const bytes = message.length;
  if (kind === "l" && LOG.test(rest[0] ?? "")) return { kind: "renewed", bytes };
  if (kind === "c" && rest.length === 1) {
    const [from = ""] = rest;
    const items = FROM.test(from) ? unpackItems(body) : undefined;
    return items && { kind: "cast", from, items, bytes };
  }
  if (kind !== "e" || rest.length !== 4) return undefined;
  const [log = "", before, last, from = ""] = rest;
  return shipped(log, wholeOf(before), wholeOf(last), from, body);
}

/** Reads an entry of a stream; undefined where a stranger has written it. */
export function readStored(log: string, reply: Reply | undefined): Shipped | undefined {
  if (!Array.isArray(reply) || !Array.isArray(reply[1])) return undefined;
  const [id, number] = String(reply[0]).split("-");
  const fields = fieldsOf(reply[1]);
  const body = fields.get("b");
  if (!body || number !== "0") return undefined;
  const before = wholeOf(latin1.decode(fields.get("p")));
  return shipped(log, before, wholeOf(id), latin1.decode(fields.get("f")), body);
}

/** Fields of an entry of a stream by their names. */
export function fieldsOf(reply: readonly Reply[]): ReadonlyMap<string, Uint8Array> {
  const fields = new Map<string, Uint8Array>();
  for (let at = 0; at + 1 < reply.length; at += 2) {
    const value = reply[at + 1];
    if (value instanceof Uint8Array) fields.set(String(reply[at]), value);
  }
  return fields;
}

/** A number that Redis has told as a text; NaN where it is none. */
export function wholeOf(text: string | undefined): number {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : NaN;
}

/** Whether it may be the id of a log. */
export function isLog(text: string): boolean {
  return LOG.test(text);
}

const latin1 = new TextDecoder("latin1");

function shipped(
  log: string,
  before: number,
  last: number,
  from: string,
  body: Uint8Array,
): Shipped | undefined {
  if (!LOG.test(log) || !FROM.test(from) || !(before >= 0) || !(last > before)) return undefined;
  const items = unpackItems(body, last - before);
  return items && { kind: "shipped", log, before, last, from, items, bytes: body.length };
}
