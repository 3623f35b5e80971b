import type { Connection } from "../base/connection.ts";
import { messageOf } from "../base/errors.ts";
import { HIGH_WATER_MARK, MAX_HELD, MAX_UNSENT, SLOW_MARK } from "../base/limits.ts";
import { Log } from "../base/log.ts";
import { Drops } from "./drops.ts";
import { type Message, MessageQueue } from "./message_queue.ts";

/** All of {@linkcode SlowPolicy}. */
export const SLOW_POLICIES = ["close", "drop-oldest", "latest"] as const satisfies SlowPolicy[];

/**
 * What happens to a client that reads more slowly than others make messages for it:
 *
 * - `close`: when 16 MiB wait for it, it is closed with 1013;
 * - `drop-oldest`: when more than 1 MiB waits for it, the oldest messages are dropped;
 * - `latest`: nothing waits for it but the latest message.
 */
export type SlowPolicy = "close" | "drop-oldest" | "latest";

const NOTHING: readonly Message[] = [];

/**
 * A connection that gets what others say, and must not slow them: what it does not read in time is dealt
 * with by a {@linkcode SlowPolicy}. Nothing that goes wrong with it reaches who sends.
 */
export class Recipient {
  readonly connection: Connection;
  readonly #policy: SlowPolicy;
  readonly #log: Log;
  /** What was said before it came, and how much of that was sent. */
  #past = NOTHING;
  #sent = 0;
  /** What waits behind that; most never need it. */
  #held: MessageQueue | undefined;
  #holds = false;
  /** Nothing more is sent. */
  #over = false;
  #drops: Drops | undefined;

  /** @param log The log of its request. */
  constructor(connection: Connection, policy: SlowPolicy = "close", log: Log = new Log()) {
    this.connection = connection;
    this.#policy = policy;
    this.#log = log;
  }

  /**
   * Sends what was said before it came, all of it, as fast as the client reads; what is sent meanwhile waits.
   * It MUST come before anything else.
   */
  begin(past: readonly Message[]): void {
    if (past.length === 0) return;
    this.#past = past;
    this.#holds = true;
    try {
      this.#sendOn();
    } catch (error) {
      this.#fail(error);
    }
    if (this.#waits) this.#release();
    else this.#holds = false;
  }

  /** Sends a message, or holds it back, or drops it. Never throws. */
  send(data: Message): void {
    if (this.#over) return;
    const { connection } = this;
    try {
      if (this.#holds) this.#hold(data);
      else if (connection.bufferedAmount <= this.#mark) connection.send(data);
      else {
        // Many messages in one go are no sign of a slow client: they have had no time to leave.
        this.#holds = true;
        this.#hold(data);
        this.#release();
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Whether nothing more is sent to it: it has left, or was closed because it reads too slowly. */
  get left(): boolean {
    return this.#over;
  }

  /** Bytes that wait for its client, on their way or not yet; without what was said before it came. */
  get behind(): number {
    return this.connection.bufferedAmount + (this.#held?.bytes ?? 0);
  }

  /** Sends what waits, however far it is behind: its connection is about to be closed. */
  flush(): void {
    try {
      while (this.#waits) this.connection.send(this.#next());
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Nothing more is to be sent: it has left. */
  leave(): void {
    const waiting = this.#held?.size ?? 0;
    if (waiting > 0 || this.#drops) this.#dropped.left(waiting);
    this.#end();
  }

  #hold(data: Message): void {
    const held = this.#held ??= new MessageQueue();
    held.push(data);
    if (this.#policy === "close") {
      if (this.behind > MAX_UNSENT) this.#close();
      return;
    }
    const limit = this.#policy === "latest" ? 0 : MAX_HELD;
    while (held.bytes > limit && held.size > 1) {
      held.shift();
      this.#dropped.add();
    }
  }

  get #dropped(): Drops {
    return this.#drops ??= new Drops(this.#log, this.#policy);
  }

  /** How much may be under way while something waits. */
  get #mark(): number {
    return this.#policy === "close" ? HIGH_WATER_MARK : SLOW_MARK;
  }

  get #waits(): boolean {
    return this.#past.length > 0 || (this.#held?.size ?? 0) > 0;
  }

  /** Sends what waits as the client reads on. */
  async #release(): Promise<void> {
    const { connection } = this;
    try {
      for (;;) {
        await connection.drained(this.#mark / 2);
        if (!this.#waits) break;
        this.#sendOn();
      }
      this.#holds = false;
      this.#held = undefined;
      // Where more is under way nevertheless, it is closing.
      if (!this.#over && connection.bufferedAmount <= this.#mark) this.#drops?.readsAgain();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Sends one message at least: a connection that is closing never drains, but takes any. */
  #sendOn(): void {
    while (this.#waits) {
      this.connection.send(this.#next());
      if (this.connection.bufferedAmount > this.#mark) return;
    }
  }

  #next(): Message {
    const data = this.#past[this.#sent] ?? this.#held?.shift() ?? "";
    if (++this.#sent >= this.#past.length) this.#past = NOTHING;
    return data;
  }

  #close(): void {
    this.#end();
    this.#log.error("websocket", `The client reads too slowly: ${MAX_UNSENT} bytes wait for it`);
    this.connection.close(1013, "Reads too slowly");
  }

  #fail(error: unknown): void {
    this.#end();
    this.#log.error("session", `Cannot send: ${messageOf(error)}`);
    this.connection.close(1011, "Internal error");
  }

  #end(): void {
    this.#over = true;
    this.#past = NOTHING;
    this.#held = undefined;
  }
}
