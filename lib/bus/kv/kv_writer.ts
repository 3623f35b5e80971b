import type { Mark } from "../../base/mark.ts";
import { ENTRY_MS, type Head, HEAD_MS, headOf, MAX_KEYS, newHead, type Stored } from "./kv_log.ts";

/** Something to be written at the end of a log. */
export interface Saying {
  /** The key of the log. */
  readonly key: Deno.KvKey;
  readonly payload: Uint8Array;
  /** How many messages; 0 where it is cast. */
  readonly count: number;
  /** How many messages of the log are kept at least. */
  readonly keep: number;
  /** The number of it among all that this server publishes, where it MUST be written once; otherwise at most once. */
  readonly number?: number;
}

// A value may have 64 KiB, a commit 800 KiB (Deno KV).
const PART = 48 * 1024;
const GROUP_BYTES = 512 * 1024;
const GROUP = 64;

/** Messages of a log that are kept for whoever has to catch up. */
const RECENT = 1_000;

/** Entries of a log, whatever they are. */
const MOST = 20_000;

/** Entries that are deleted at once. */
const TRIM = 100;

/** A commit of a server, noted so that nothing is written twice where it is not known whether it was. */
interface Commit {
  /** The number of the commit. */
  readonly number: number;
  /** Where each of what was said with it is. */
  readonly marks: readonly (readonly [number: number, log: string, at: number])[];
}

/** Writes what one server says, in its order. */
export class KvWriter {
  readonly #kv: Deno.Kv;
  readonly #prefix: Deno.KvKey;
  readonly #self: string;
  #waiting: Saying[] = [];
  #commits = 0;
  /** The commit of which it is not known whether it was done, and how many of those that wait it has. */
  #unsure: { readonly number: number; readonly count: number } | undefined;
  /** Messages of each log since it was trimmed. */
  readonly #untrimmed = new Map<string, number>();

  constructor(kv: Deno.Kv, prefix: Deno.KvKey, self: string) {
    this.#kv = kv;
    this.#prefix = prefix;
    this.#self = self;
  }

  /** Whether something waits. */
  get waits(): boolean {
    return this.#waiting.length > 0;
  }

  /** Adds something behind all others. */
  add(saying: Saying): void {
    this.#waiting.push(saying);
  }

  /** Forgets what waits and may be forgotten: what is at most once, and what nobody waits for. */
  forget(isWanted: (number: number) => boolean): void {
    const kept = this.#waiting.splice(0, this.#unsure?.count ?? 0);
    const wanted = this.#waiting.filter(({ number }) => number !== undefined && isWanted(number));
    this.#waiting = [...kept, ...wanted];
  }

  /**
   * Writes some of what waits, in one commit.
   *
   * @param placed Told where each of it is that has a number.
   * @returns Whether it did; not where another server was faster: then the same is to be tried again.
   * @throws If the store cannot be reached: then it is not known what has become of it.
   */
  async write(placed: (number: number, mark: Mark) => void): Promise<boolean> {
    const own = [...this.#prefix, "written", this.#self];
    if (this.#unsure) {
      const { value } = await this.#kv.get<Commit>(own);
      const { number, count } = this.#unsure;
      if (value?.number === number) this.#done(count, value, placed);
      this.#unsure = undefined;
    }
    const group = this.#group();
    const keys = [...new Map(group.map(({ key }) => [JSON.stringify(key), key])).values()];
    const [before, ...heads] = await this.#kv.getMany([own, ...keys]);
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
    const done: Commit = { number: ++this.#commits, marks };
    commit.set(own, done, { expireIn: ENTRY_MS }).sum([...this.#prefix, "bell"], 1n);
    this.#unsure = { number: done.number, count: group.length };
    const { ok } = await commit.commit();
    this.#unsure = undefined;
    if (!ok) return false;
    this.#done(group.length, done, placed);
    await this.#trim(group, ends);
    return true;
  }

  #done(count: number, { marks }: Commit, placed: (number: number, mark: Mark) => void): void {
    this.#waiting.splice(0, count);
    for (const [number, log, at] of marks) placed(number, { log, number: at });
  }

  /** The first of what waits that goes into one commit. */
  #group(): Saying[] {
    const group: Saying[] = [];
    const keys = new Set<string>();
    let bytes = 0;
    for (const saying of this.#waiting) {
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
    return { id, parts };
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
      const log = [...key, id];
      const first = next - Math.max(keep, RECENT);
      let commit = this.#kv.atomic();
      const range = { prefix: log };
      for await (const entry of this.#kv.list<Stored>(range, { limit: 2 * TRIM })) {
        const isOld = entry.value.number + entry.value.count <= first;
        // Where next to nothing is published, there are others that were cast.
        if (!isOld && Number(entry.key.at(-1)) >= place - MOST) break;
        commit = commit.delete(entry.key);
      }
      await commit.commit();
    }
    // Clients choose the names of rooms.
    if (this.#untrimmed.size > 1_000) this.#untrimmed.clear();
  }
}
