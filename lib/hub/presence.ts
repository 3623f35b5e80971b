import { isId } from "../bus/envelope.ts";

/** Somebody who has joined (`+`) or left (`-`), by the id. */
export type Change = readonly [sign: "+" | "-", id: string];

/** Words of one server to others about who is in a room there. */
export interface Presence {
  /** Higher than that of all its words before: what comes late is not believed. */
  readonly version: number;
  /** The number of members there, behind the changes. */
  readonly members: number;
  /** Whether somebody there is told who joins and leaves. */
  readonly watched: boolean;
  /** Whether the others are to say the same. */
  readonly asks: boolean;
  /** Changes since its words before, in order; at most 1,000. */
  readonly changes: readonly Change[];
  /** All who are there, as far as somebody asks for it, and there are no more than 1,000. */
  readonly ids?: readonly string[] | undefined;
  /** Messages that this server could not tell the others, and that nobody will. */
  readonly missed?: number | undefined;
  /** The topic of the room, where it is not said there. */
  readonly topic?: string | undefined;
}

/** Ids in one of them. */
export const MAX_IDS = 1_000;

// Of 1,000 ids of 64 characters each, and some more.
const MAX_BYTES = 128 * 1024;

/** The first byte: what comes behind it is JSON. An envelope of messages begins with 1 or 2. */
const PRESENCE = 3;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Writes words for other servers. */
export function writePresence(words: Presence): Uint8Array {
  const { version: v, members: m, watched: w, asks: a, changes, ids: i, missed: x, topic: t } =
    words;
  const c = changes.map(([sign, id]) => sign + id);
  const said = { v, m, w: w || undefined, a: a || undefined, c: c.length ? c : undefined, i, x, t };
  return encoder.encode(String.fromCharCode(PRESENCE) + JSON.stringify(said));
}

/** Reads words of another server, where a stranger may have written anything; undefined where they are none. */
export function readPresence(payload: Uint8Array): Presence | undefined {
  if (payload[0] !== PRESENCE || payload.length > MAX_BYTES) return undefined;
  let said: unknown;
  try {
    said = JSON.parse(decoder.decode(payload.subarray(1)));
  } catch {
    return undefined;
  }
  if (typeof said !== "object" || said === null) return undefined;
  const { v, m, w = false, a = false, c = [], i, x, t } = said as Record<string, unknown>;
  if (!isCount(v) || !isCrowd(m) || typeof w !== "boolean" || typeof a !== "boolean") {
    return undefined;
  }
  const changes = readList(c, readChange);
  const ids = i === undefined ? [] : readList(i, (id) => isId(id) ? id : undefined);
  if (!changes || !ids || x !== undefined && !isCount(x)) return undefined;
  if (t !== undefined && (typeof t !== "string" || t.length > 512)) return undefined;
  return {
    version: v,
    members: m,
    watched: w,
    asks: a,
    changes,
    ids: i === undefined ? undefined : ids,
    missed: x,
    topic: t,
  };
}

function readList<T>(list: unknown, read: (item: unknown) => T | undefined): T[] | undefined {
  if (!Array.isArray(list) || list.length > MAX_IDS) return undefined;
  const items: T[] = [];
  for (const item of list) {
    const found = read(item);
    if (found === undefined) return undefined;
    items.push(found);
  }
  return items;
}

function readChange(text: unknown): Change | undefined {
  if (typeof text !== "string") return undefined;
  const [sign, id] = [text[0], text.slice(1)];
  return (sign === "+" || sign === "-") && isId(id) ? [sign, id] : undefined;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

// More are nowhere: so the sum of what all servers say stays exact.
function isCrowd(value: unknown): value is number {
  return isCount(value) && value <= 2 ** 40;
}
