import { HIGH_WATER_MARK } from "../../base/limits.ts";
import type { Connection, Message } from "../../contract.ts";
import type { RecordedEvent } from "./parse_event.ts";
import { readRecording } from "./read_recording.ts";

/** Options of {@linkcode Player}. */
export interface PlayerOptions {
  /** How many times faster the recording plays. */
  readonly speed: number;
  /** Whether it begins again at its end. */
  readonly loop: boolean;
  /** Whether it goes on only when the client has said as much as the recorded one. */
  readonly wait: boolean;
  /** Milliseconds on a clock that never goes back. */
  readonly now?: () => number;
}

// The least time of one of many rounds, in ms: a recording may be over at once.
const ROUND = 100;

// A timer takes no more milliseconds.
const LONGEST = 2 ** 31 - 1;

type Events = AsyncGenerator<RecordedEvent>;
type Output = Extract<RecordedEvent, { type: "output" }>;
type Close = Extract<RecordedEvent, { type: "close" }>;

/** Plays a recording to one client. */
export class Player {
  readonly #connection: Connection;
  readonly #options: PlayerOptions;
  readonly #now: () => number;
  /** When the recording began, on that clock, as if it had not been waited for since. */
  #start = 0;
  /** Messages of the client that no event has waited for yet; less than none where it owes some. */
  #heard = 0;
  #isOver = false;
  /** Ends what is waited for. */
  #wake: (() => void) | undefined;

  constructor(connection: Connection, options: PlayerOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** The client has said so many messages. */
  hear(count: number): void {
    this.#heard += count;
    if (this.#options.wait) this.#wake?.();
  }

  /** The client has left. */
  leave(): void {
    this.#isOver = true;
    this.#wake?.();
  }

  /**
   * Plays it until its end, or until the client leaves.
   *
   * @throws If the file cannot be read any more.
   */
  async play(file: string): Promise<void> {
    for (;;) {
      const { code, reason } = await this.#round(readRecording(file));
      // The end of a client that has left is its own.
      if (this.#isOver) return;
      if (!this.#options.loop) return this.#connection.close(code, reason);
      await this.#until(this.#start + ROUND);
    }
  }

  async #round(events: Events): Promise<{ readonly code: number; readonly reason: string }> {
    this.#start = this.#now();
    for await (const event of events) {
      if (event.type === "input") await this.#listen(event.time);
      else if (event.type !== "note") await this.#until(this.#due(event));
      if (this.#isOver) break;
      if (event.type === "close") return event;
      if (event.type !== "output") continue;
      const close = await this.#send(event, events);
      if (close) return close;
    }
    return { code: 1000, reason: "" };
  }

  /** Answers the close that a message in parts was broken off by. */
  async #send(output: Output, events: Events): Promise<Close | undefined> {
    const connection = this.#connection;
    let close: Close | undefined;
    if (output.goesOn) {
      await connection.sendStream(this.#parts(output, events, (event) => close = event));
    } else connection.send(output.data);
    if (connection.bufferedAmount > HIGH_WATER_MARK) await connection.drained();
    return close;
  }

  /**
   * The parts of a message, whose others come behind the first; nobody listens between them, so that what the recorded
   * client said there is owed.
   *
   * @param broken Gets a close in place of a part.
   */
  async *#parts(
    first: Output,
    events: Events,
    broken: (close: Close) => void,
  ): AsyncGenerator<Message> {
    yield first.data;
    for (let goesOn = first.goesOn; goesOn && !this.#isOver;) {
      const { value: event } = await events.next();
      if (!event) return;
      if (event.type === "input") this.#heard--;
      if (event.type === "note" || event.type === "input") continue;
      await this.#until(this.#due(event));
      if (event.type === "close") return broken(event);
      yield event.data;
      goesOn = event.goesOn;
    }
  }

  #due({ time }: RecordedEvent): number {
    return this.#start + this.#after(time);
  }

  #after(seconds: number): number {
    return 1000 * seconds / this.#options.speed;
  }

  /** Waits for the client where the recorded one has said something; time goes on from there. */
  async #listen(time: number): Promise<void> {
    if (!this.#options.wait) return;
    while (this.#heard < 1 && !this.#isOver) await this.#sleep();
    this.#heard--;
    this.#start = this.#now() - this.#after(time);
  }

  async #until(due: number): Promise<void> {
    for (let left; (left = due - this.#now()) > 0 && !this.#isOver;) await this.#sleep(left);
  }

  /** Waits for the client, or for a time in ms. */
  async #sleep(ms?: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = ms === undefined ? undefined : setTimeout(resolve, Math.min(ms, LONGEST));
    await promise;
    this.#wake = undefined;
    clearTimeout(timer);
  }
}
