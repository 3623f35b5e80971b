import { MAX_HISTORY } from "../../base/limits.ts";
import type { Mark } from "../../base/mark.ts";
import type { Entry, PublishTerms } from "../bus.ts";
import { newId } from "./record.ts";

/** Bytes that an entry costs beside its payload. */
export const ENTRY_OVERHEAD = 256;

/** Bytes of memory of an entry. */
export const costOf = (payload: Uint8Array): number => payload.length + ENTRY_OVERHEAD;

/** Somebody who is told what is said on a topic. */
export interface Listener {
  entry(topic: Topic, entry: Entry): void;
  cast(payload: Uint8Array, from: string): void;
}

/**
 * A numbered log of what was said, of which the last is kept: as many messages as whoever has published last wants,
 * and all that is recent for whoever has to catch up; 16 MiB at most.
 */
export class Topic {
  readonly name: string;
  /** The id of the log. */
  readonly id: string = newId();
  readonly listeners = new Set<Listener>();
  #entries: Entry[] = [];
  /** Where the oldest entry is. */
  #head = 0;
  #next = 1;
  #bytes = 0;
  #keep = 0;
  /** The messages before it are not recent any more. */
  #recent = 1;

  constructor(name: string) {
    this.name = name;
  }

  /** The place of the next message. */
  get next(): Mark {
    return { log: this.id, number: this.#next };
  }

  /** The number of the oldest message that is kept; that of the next one where none is. */
  get first(): number {
    return this.#entries[this.#head]?.mark.number ?? this.#next;
  }

  /** Bytes of memory of what is kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Notes what somebody says. */
  add(from: string, payload: Uint8Array, { count, keep }: PublishTerms): Entry {
    const entry = { mark: this.next, count, from, payload };
    this.#next += count;
    this.#keep = keep;
    this.#entries.push(entry);
    this.#bytes += costOf(payload);
    this.#trim();
    return entry;
  }

  /** Drops the messages up to a number that only those who catch up would get. */
  outdate(number: number): void {
    this.#recent = Math.max(this.#recent, number + 1);
    this.#trim();
  }

  /** Forgets all that was said, but not the numbers. */
  clear(): void {
    this.#entries = [];
    this.#head = 0;
    this.#bytes = 0;
  }

  /**
   * The last messages; of these, only those after one that is known already.
   *
   * @returns Whole entries, the oldest first: its first message may be an older one.
   */
  last(count: number, after: Mark | undefined): readonly Entry[] {
    const known = after?.log === this.id ? after.number : 0;
    return this.from(Math.max(this.#next - count, known + 1));
  }

  /** The entries that have messages from a number on, the oldest first. */
  from(number: number): readonly Entry[] {
    let at = this.#entries.length;
    while (at > this.#head && endOf(this.#entries[at - 1] as Entry) >= number) at--;
    return this.#entries.slice(at);
  }

  #trim(): void {
    const wanted = Math.min(this.#next - this.#keep, this.#recent);
    for (let oldest; (oldest = this.#entries[this.#head]);) {
      if (endOf(oldest) >= wanted && this.#bytes <= MAX_HISTORY) break;
      this.#bytes -= costOf(oldest.payload);
      // It may be large, and nobody wants it any more.
      this.#entries[this.#head++] = NONE;
    }
    // Only now and then, because it moves all that is left.
    if (this.#head >= 64 && 2 * this.#head >= this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
  }
}

const NONE: Entry = { mark: { log: "", number: 0 }, count: 0, from: "", payload: new Uint8Array() };

/** The number of the last message of an entry. */
export const endOf = ({ mark, count }: Entry): number => mark.number + count - 1;
