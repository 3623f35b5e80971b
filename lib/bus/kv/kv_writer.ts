import type { Mark } from "../../base/mark.ts";
import {
  ENTRY_MS,
  type Head,
  HEAD_MS,
  headOf,
  isDivided,
  MAX_KEYS,
  newHead,
  PART,
  type Stored,
} from "./kv_log.ts";
import type { KvQueue, Saying } from "./kv_queue.ts";
import { ring } from "./ring.ts";

// A commit may have 800 KiB, and 1,000 keys (Deno KV).
const GROUP_BYTES = 512 * 1024;
const GROUP = 64;
const MOST_DELETED = 900;

/** Messages of a log that are kept for whoever has to catch up. */
const RECENT = 1_000;

/** Entries of a log, whatever they are. */
const MOST = 20_000;

/** Entries that are deleted at once. */
const TRIM = 100;

/** The last commit of a server, noted with it so that nothing is written twice where it is not known whether it was. */
interface Commit {
  /** The turn of the last that is written. */
  readonly turn: number;
  /** Where each of what was published with it is. */
  readonly marks: readonly (readonly [number: number, log: string, at: number])[];
}

/** Told where something is that was published; undefined where nobody knows. */
type Placed = (number: number, mark: Mark | undefined) => void;

/** Writes what one server says, in its order. */
export class KvWriter {
  readonly #kv: Deno.Kv;
  readonly #prefix: Deno.KvKey;
  readonly #self: string;
  readonly #queue: KvQueue;
  /** The turn of the last that is known to be written. */
  #written = 0;
  /** Payloads that were too large for a value, and are written already: whoever is slower than others tries again. */
  readonly #divided = new WeakMap<Uint8Array, Stored["payload"]>();
  /** Messages of each log since it was trimmed. */
  readonly #untrimmed = new Map<string, number>();

  constructor(kv: Deno.Kv, prefix: Deno.KvKey, self: string, queue: KvQueue) {
    this.#kv = kv;
    this.#prefix = prefix;
    this.#self = self;
    this.#queue = queue;
  }

  /**
   * Writes some of what waits, in one commit.
   *
   * @param placed Told where each of it is that has a number.
   * @returns Whether it did; not where another server was faster: then the same is to be tried again.
   * @throws If the store cannot be reached: then it is not known what has become of it.
   */
  async write(placed: Placed): Promise<boolean> {
    const own = [...this.#prefix, "written", this.#self];
    const group = this.#group();
    const keys = [...new Map(group.map(({ key }) => [JSON.stringify(key), key])).values()];
    const [before, ...heads] = await this.#kv.getMany([own, ...keys]);
    // One of which it was not known has been written: known by the same look that the next depends on, so that there is
    // no time between them in which it could come.
    const known = commitOf(before.value);
    if (known && known.turn > this.#written && known.turn <= this.#queue.turn) {
      this.#done(known, placed);
      return true;
    }
    // One that comes late is not taken any more.
    let commit = this.#kv.atomic().check(before);
    const ends = new Map<string, Head>();
    for (const [index, head] of heads.entries()) {
      commit = commit.check(head);
      ends.set(JSON.stringify(keys[index]), headOf(head.value) ?? newHead());
    }
    const marks: [number, string, number][] = [];
    for (const { key, payload, count, number } of group) {
      const name = JSON.stringify(key);
      const { id, place, next } = ends.get(name) as Head;
      const stored: Stored = {
        number: next,
        count,
        from: this.#self,
        payload: payload.length <= PART ? payload : await this.#divide(payload),
      };
      commit = commit.set([...key, id, place], stored, { expireIn: ENTRY_MS });
      ends.set(name, { id, place: place + 1, next: next + count });
      if (number !== undefined) marks.push([number, id, next]);
    }
    for (const key of keys) commit.set(key, ends.get(JSON.stringify(key)), { expireIn: HEAD_MS });
    const done: Commit = { turn: group.at(-1)?.turn ?? this.#written, marks };
    commit.set(own, done, { expireIn: ENTRY_MS });
    const { ok } = await ring(commit, this.#prefix, "bell").commit();
    if (!ok) return false;
    this.#done(done, placed);
    await this.#trim(group, ends);
    return true;
  }

  #done({ turn, marks }: Commit, placed: Placed): void {
    this.#written = turn;
    const places = new Map(marks.map(([number, log, at]) => [number, { log, number: at }]));
    for (const { number } of this.#queue.written(turn)) {
      if (number !== undefined) placed(number, places.get(number));
    }
  }

  /** The first of what waits that goes into one commit. */
  #group(): Saying[] {
    const group: Saying[] = [];
    const keys = new Set<string>();
    let bytes = 0;
    for (const saying of this.#queue.all) {
      keys.add(JSON.stringify(saying.key));
      bytes += Math.min(saying.payload.length, 200) + 200 +
        (saying.payload.length <= PART ? saying.payload.length : 0);
      const fits = keys.size < MAX_KEYS && bytes <= GROUP_BYTES && group.length < GROUP;
      if (group.length > 0 && !fits) break;
      group.push(saying);
    }
    return group;
  }

  /** Writes what is too large for a value. */
  async #divide(payload: Uint8Array): Promise<Stored["payload"]> {
    const before = this.#divided.get(payload);
    if (before) return before;
    const id = crypto.randomUUID();
    const parts = Math.ceil(payload.length / PART);
    for (let part = 0; part < parts;) {
      let commit = this.#kv.atomic();
      for (let count = 0; count < MAX_KEYS && part < parts; count++, part++) {
        const bytes = payload.slice(part * PART, (part + 1) * PART);
        commit = commit.set([...this.#prefix, "part", id, part], bytes, { expireIn: ENTRY_MS });
      }
      await commit.commit();
    }
    const divided = { id, parts };
    this.#divided.set(payload, divided);
    return divided;
  }

  /** Deletes what nobody wants any more, now and then; what is left by whoever ends before that expires. */
  async #trim(group: readonly Saying[], ends: ReadonlyMap<string, Head>): Promise<void> {
    for (const { key, keep, count } of group) {
      const name = JSON.stringify(key);
      const untrimmed = (this.#untrimmed.get(name) ?? 0) + Math.max(1, count);
      this.#untrimmed.set(name, untrimmed);
      if (untrimmed < TRIM) continue;
      this.#untrimmed.delete(name);
      const { id, next, place } = ends.get(name) as Head;
      await this.#deleteOld([...key, id], next - Math.max(keep, RECENT), place - MOST);
    }
    // Clients choose the names of rooms.
    if (this.#untrimmed.size > 1_000) this.#untrimmed.clear();
  }

  /** Deletes entries of a log before a message and those before a place, with what they are divided into. */
  async #deleteOld(log: Deno.KvKey, first: number, place: number): Promise<void> {
    let commit = this.#kv.atomic();
    let deleted = 0;
    for await (const entry of this.#kv.list<Stored>({ prefix: log }, { limit: 2 * TRIM })) {
      const { number, count, payload } = entry.value ?? {};
      const isOld = number + count <= first;
      // Where next to nothing is published, there are others that were cast.
      if (!isOld && Number(entry.key.at(-1)) >= place) break;
      const parts = isDivided(payload) ? payload : { id: "", parts: 0 };
      if (deleted > 0 && deleted + 1 + parts.parts > MOST_DELETED) break;
      for (let part = 0; part < parts.parts; part++) {
        commit = commit.delete([...this.#prefix, "part", parts.id, part]);
      }
      commit = commit.delete(entry.key);
      deleted += 1 + parts.parts;
    }
    if (deleted > 0) await commit.commit();
  }
}

/** A commit as it is stored; undefined where there is none. */
function commitOf(value: unknown): Commit | undefined {
  const { turn, marks } = (value ?? {}) as Partial<Commit>;
  return Number.isSafeInteger(turn) && Array.isArray(marks) ? value as Commit : undefined;
}
