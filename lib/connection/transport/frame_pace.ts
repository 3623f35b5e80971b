import { TokenBucket } from "../../base/token_bucket.ts";
import type { PaceOptions } from "../pace.ts";

// Bytes of a frame beside its payload, where that is short (RFC 6455 §5.2).
const HEAD = 6;

/** The connection that a {@linkcode FramePace} is of. */
export interface FramePaced {
  /** Reads nothing more of the client for so many ms, because of that limit. */
  rest(ms: number, limit: string): void;
}

/**
 * Holds a client to its rates in frames that carry no message: pings, pongs that nobody has asked for, and parts of
 * a message that are empty. They are counted apart: so many may come beside the messages. What a chunk has of them is
 * read, and is paid for by the time until the next is read.
 */
export class FramePace {
  readonly #paced: FramePaced;
  readonly #frames: TokenBucket | undefined;
  readonly #bytes: TokenBucket | undefined;
  /** Pongs that are asked for. */
  #asked = 0;
  readonly #now: () => number;

  private constructor(
    paced: FramePaced,
    { messageRate, byteRate }: PaceOptions,
    clock: () => number = () => performance.now(),
  ) {
    const now = clock();
    this.#now = clock;
    this.#paced = paced;
    this.#frames = messageRate?.perSecond ? new TokenBucket(messageRate, now) : undefined;
    this.#bytes = byteRate?.perSecond ? new TokenBucket(byteRate, now) : undefined;
  }

  /**
   * The pace of a client; undefined where nothing is said of it.
   *
   * @param now Milliseconds on a clock that never goes back.
   */
  static of(
    paced: FramePaced,
    rates: PaceOptions,
    now?: () => number,
  ): FramePace | undefined {
    const isSaid = rates.messageRate?.perSecond || rates.byteRate?.perSecond;
    return isSaid ? new FramePace(paced, rates, now) : undefined;
  }

  /** A ping goes to the client: its answer is not counted. */
  asks(): void {
    this.#asked++;
  }

  /** A pong came, with so many bytes. */
  pong(bytes: number): void {
    if (this.#asked > 0) this.#asked--;
    else this.count(bytes);
  }

  /** Counts a frame with so many bytes. */
  count(bytes: number): void {
    const now = this.#now();
    const frames = waitAfter(this.#frames, 1, now);
    const ms = Math.max(frames, waitAfter(this.#bytes, HEAD + bytes, now));
    if (ms > 0) this.#paced.rest(ms, ms === frames ? "messagerate" : "byterate");
  }
}

/** How long a client has to wait when it has sent so much, in ms. */
function waitAfter(bucket: TokenBucket | undefined, amount: number, now: number): number {
  if (!bucket) return 0;
  bucket.level(now);
  bucket.take(amount);
  return bucket.untilOne(now);
}
