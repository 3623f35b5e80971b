import { MAX_BUS_QUEUE, MAX_HISTORY } from "../../base/limits.ts";
import type { Mark } from "../../base/mark.ts";
import type { Entry } from "../bus.ts";

/** The end of a log, which is the value of its key. The entry at PLACE is at `[...key, id, PLACE]`. */
export interface Head {
  readonly id: string;
  /** The place of the next entry. */
  readonly place: number;
  /** The number of the next message. */
  readonly next: number;
}

/** An entry as it is stored. */
export interface Stored {
  /** The number of its first message; of something that is cast, of the next message. */
  readonly number: number;
  /** How many messages; 0 where it is cast. */
  readonly count: number;
  readonly from: string;
  /** All of it, or how many parts there are at `[...prefix, "part", id, INDEX]`. */
  readonly payload: Uint8Array | Divided;
}

/** A payload that is larger than a value may be. */
export interface Divided {
  readonly id: string;
  readonly parts: number;
}

/** Bytes of a part: a value may have 64 KiB (Deno KV). */
export const PART = 48 * 1024;

// Places and numbers that are believed: behind them there is room for all that will ever be said.
const HIGHEST = 2 ** 52;

/** Whether it can be the place of an entry, or the number of a message. */
function isPlace(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= HIGHEST;
}

/** Whether a payload is in parts, and not more of them than there can be. */
export function isDivided(payload: unknown): payload is Divided {
  const { id, parts } = (payload ?? {}) as Partial<Divided>;
  return typeof id === "string" && Number.isSafeInteger(parts) && (parts as number) >= 1 &&
    (parts as number) <= Math.ceil(MAX_BUS_QUEUE / PART);
}

// Milliseconds that an entry is kept for at most, and a head, which has to be there for longer.
export const ENTRY_MS = 24 * 3_600_000;
export const HEAD_MS = 2 * ENTRY_MS;

/** Keys that a store reads at once, at most. */
export const MAX_KEYS = 10;

/** A head as it is stored; undefined where there is none that a server has written. */
export function headOf(value: unknown): Head | undefined {
  const { id, place, next } = (value ?? {}) as Partial<Head>;
  const isHead = typeof id === "string" && ID.test(id) && isPlace(place) && isPlace(next);
  return isHead ? { id, place, next } : undefined;
}

const ID = /^[a-z0-9]{16}$/;

/** Where the beginning of a log has nothing before it. */
export function newHead(): Head {
  return { id: crypto.randomUUID().replaceAll("-", "").slice(0, 16), place: 1, next: 1 };
}

/** Reads the entries of a log. */
export class LogReader {
  readonly #kv: Deno.Kv;
  readonly #prefix: Deno.KvKey;

  constructor(kv: Deno.Kv, prefix: Deno.KvKey) {
    this.#kv = kv;
    this.#prefix = prefix;
  }

  /** The entries from a place on, before that of the head, with their places; those that are gone are left out. */
  async *from(
    key: Deno.KvKey,
    { id, place: end }: Head,
    place: number,
  ): AsyncGenerator<{ readonly entry: Entry; readonly place: number }> {
    const log = [...key, id];
    const range = { start: [...log, place], end: [...log, end] };
    for await (const { key: at, value } of this.#kv.list(range)) {
      const entry = await this.#entryOf(id, value);
      if (entry) yield { entry, place: Number(at.at(-1)) };
    }
  }

  /** The entries that have the last messages; of these, only those after one that is known already. */
  async last(key: Deno.KvKey, head: Head, count: number, after?: Mark): Promise<Entry[]> {
    const known = after?.log === head.id ? after.number : 0;
    const first = Math.max(head.next - count, known + 1);
    const entries: Entry[] = [];
    if (first >= head.next) return entries;
    const log = [...key, head.id];
    const range = { start: [...log, 1], end: [...log, head.place] };
    let bytes = 0;
    for await (const { value } of this.#kv.list(range, { reverse: true })) {
      const entry = await this.#entryOf(head.id, value);
      if (!entry || entry.count === 0) continue;
      if (entry.mark.number + entry.count <= first) break;
      bytes += entry.payload.length;
      // No log of any engine brings more.
      if (bytes > MAX_HISTORY) break;
      entries.push(entry);
    }
    return entries.reverse();
  }

  /** An entry, if it is one, and all of it is there: others may write to the same store. */
  async #entryOf(log: string, value: unknown): Promise<Entry | undefined> {
    const { number, count, from, payload } = (value ?? {}) as Partial<Stored>;
    if (!isPlace(number) || !(count === 0 || isPlace(count))) return undefined;
    const isWhole = payload instanceof Uint8Array;
    if (!isWhole && !isDivided(payload)) return undefined;
    const bytes = isWhole ? payload : await this.#joined(payload);
    return bytes && { mark: { log, number }, count, from: String(from), payload: bytes };
  }

  async #joined({ id, parts }: Divided): Promise<Uint8Array | undefined> {
    const found: Uint8Array[] = [];
    const range = { prefix: [...this.#prefix, "part", id] };
    for await (const { value } of this.#kv.list(range, { limit: parts + 1 })) {
      if (value instanceof Uint8Array) found.push(value);
    }
    if (found.length !== parts) return undefined;
    const joined = new Uint8Array(found.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of found) {
      joined.set(part, at);
      at += part.length;
    }
    return joined;
  }
}
