import { ResumingWebSocket } from "../../../lib/client/client.ts";
import { inTime } from "../in_time.ts";
import { type RoomRecord, type Stay, wordOf } from "./room_record.ts";

/** The end of a connection, or of a session. */
export interface End {
  readonly who: string;
  readonly code: number;
  readonly reason: string;
}

/** How a member takes part. */
export interface MemberOptions {
  readonly name: string;
  /** Where it comes in, asked each time that it does. */
  readonly url: () => string;
  readonly record: RoomRecord;
  /** Whether it has a session, which survives its connections; default false. */
  readonly resumes?: boolean;
  /** Whether a text that comes says that another process has begun, which knows nothing of what the one before was told. */
  readonly begins?: (text: string) => boolean;
}

// Messages that it has said and not heard yet.
const WINDOW = 32;

// Milliseconds until it tries to come in again.
const AGAIN = 50;

/**
 * Somebody in a room who notes all that it says and hears, hears what it says itself, and comes in again, as
 * somebody who has just come, whenever it is out.
 */
export class Member implements AsyncDisposable {
  readonly name: string;
  /** Ends that it had no part in. */
  readonly ends: End[] = [];
  /** How often its session has gone on. */
  resumed = 0;
  readonly #options: MemberOptions;
  #socket: WebSocket | ResumingWebSocket | undefined;
  #stay: Stay;
  #isOpen = false;
  #isOver = false;
  #said = 0;
  /** Of what it said, how many it has heard, or will perhaps never hear. */
  #settled = 0;
  readonly #known = new Set<string>();
  /** The highest number of a message that it has heard, of each who speaks. */
  readonly #latest = new Map<string, number>();
  #changed = Promise.withResolvers<void>();
  readonly #gone = Promise.withResolvers<void>();

  constructor(options: MemberOptions) {
    this.name = options.name;
    this.#options = options;
    this.#stay = options.record.begin(this.name);
    this.#connect();
  }

  /** Resolves when it is in. */
  async isIn(): Promise<void> {
    await this.#until(() => this.#isOpen, "to be let in");
  }

  /** Says so many messages, a few at a time ahead of what it has heard of them. */
  async speak(count: number): Promise<void> {
    for (; count > 0; count--) {
      const ready = () => this.#isOpen && this.#said - this.#settled < WINDOW;
      // Its end may come between the one and the other: a word for a connection that is gone is never doubtful.
      while (!ready()) await this.#until(ready, `room for message ${this.#said + 1}`);
      this.#said++;
      const text = this.#options.record.say(this.name);
      try {
        this.#socket?.send(text);
      } catch {
        // Its end comes soon.
      }
    }
  }

  /** Resolves when it has heard all that it said, but for what is doubtful. */
  async isHeard(): Promise<void> {
    await this.#until(() => this.#settled === this.#said, "its own words");
  }

  /**
   * Resolves to whether it has heard a message of somebody: when it has, or something that was said after it, or when
   * it is out after this was called, and may have missed it.
   */
  async hears(who: string, number: number): Promise<boolean> {
    const [word, { length }] = [wordOf(who, number), this.ends];
    const isTold = () => (this.#latest.get(who) ?? 0) >= number || this.ends.length > length;
    await this.#until(isTold, `"${word}"`);
    return this.#known.has(word);
  }

  /** Resolves when it has heard so much. */
  async hasHeard(count: number): Promise<void> {
    await this.#until(() => this.#known.size >= count, `${count} messages`);
  }

  /** Leaves. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    this.#socket?.close(1000);
    // Of one that has no connection it may be the second call.
    if (this.#socket instanceof ResumingWebSocket) this.#socket.close(1000);
    await inTime(this.#gone.promise, () => `the end of ${this.name}`);
  }

  #connect(): void {
    const { url, resumes = false } = this.#options;
    const socket = resumes
      ? new ResumingWebSocket(url(), [], { minDelay: AGAIN, maxDelay: 4 * AGAIN, timeout: 3_000 })
      : new WebSocket(url());
    this.#socket = socket;
    socket.onopen = () => this.#change(() => this.#isOpen = true);
    socket.onmessage = ({ data }: MessageEvent) => this.#take(data);
    socket.onclose = ({ code, reason }: CloseEvent) => this.#leave(code, reason);
    if (!(socket instanceof ResumingWebSocket)) return;
    socket.onresumed = () => this.resumed++;
    socket.onlost = ({ count }) => this.#stay.heard.push({ lost: count });
  }

  #take(word: string): void {
    const { begins, record } = this.#options;
    if (begins?.(word)) {
      // The first one is told to those who come before it.
      if (this.#known.size === 0) return;
      return this.#change(() => {
        this.#stay.heard.push({ lost: undefined });
        record.doubt(this.name, this.#settled + 1, this.#said);
        this.#settled = this.#said;
      });
    }
    const [, who = "", digits] = /^(.*) (\d+)$/.exec(word) ?? [];
    const number = Number(digits);
    this.#change(() => {
      this.#stay.heard.push(word);
      this.#known.add(word);
      this.#latest.set(who, Math.max(this.#latest.get(who) ?? 0, number));
      if (who === this.name) this.#settled = Math.max(this.#settled, number);
    });
  }

  #leave(code: number, reason: string): void {
    if (this.#isOver) return this.#gone.resolve();
    const { record } = this.#options;
    this.#change(() => {
      this.#isOpen = false;
      record.doubt(this.name, this.#settled + 1, this.#said);
      this.#settled = this.#said;
    });
    this.ends.push({ who: this.name, code, reason });
    setTimeout(() => {
      if (this.#isOver) return this.#gone.resolve();
      this.#stay = record.begin(this.name);
      this.#connect();
    }, AGAIN);
  }

  #change(how: () => void): void {
    how();
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  async #until(holds: () => boolean, what: string): Promise<void> {
    while (!holds()) {
      await inTime(this.#changed.promise, () => {
        return `${what}, as ${this.name}, which has heard ${this.#known.size}, the last "${
          this.#stay.heard.at(-1)
        }"; ends: ${JSON.stringify(this.ends)}`;
      });
    }
  }
}
