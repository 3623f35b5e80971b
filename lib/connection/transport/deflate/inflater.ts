import { Assembly } from "../assembly.ts";
import { FrameError } from "../frame_error.ts";
import type { Compression } from "./compression.ts";
import { SlidingWindow } from "./sliding_window.ts";
import { ZlibStream } from "./zlib_stream.ts";

/** The end of the empty block that a message was sent without (RFC 7692 §7.2.2). */
const TAIL = Uint8Array.of(0, 0, 0xff, 0xff);

/** The most that a window holds (RFC 1951 §2). */
const MOST_WINDOW = 32 * 1024;

// Each may take as long as looking at a whole window.
const MOST_ENDS = 256;

/** Room for one step: no more than that is made beyond the limit of a message. */
const made = new Uint8Array(64 * 1024);

/** A block that is not compressed, with a window in it: its head, and room. */
const stored = new Uint8Array(5 + MOST_WINDOW);

/** The one for all connections: its state is as large as their windows, and they need it only for a moment. */
let stream: ZlibStream | undefined;
/** The window of the message before, where that had one and it is still what the stream has. */
let shown: SlidingWindow | undefined;

/** Inflates the messages of a client. */
export class Inflater {
  readonly #window: SlidingWindow | undefined;

  private constructor(window?: SlidingWindow) {
    this.#window = window;
  }

  /** The inflater of a connection. */
  static of(
    { clientBits, clientContext }: Pick<Compression, "clientBits" | "clientContext">,
  ): Inflater {
    return new Inflater(clientContext ? new SlidingWindow(clientBits) : undefined);
  }

  /**
   * Inflates a message (RFC 7692 §7.2.2).
   *
   * @param payload Of all its frames.
   * @param limit Bytes that it may have.
   * @throws {FrameError} If it has more (1009), which is not looked at, or is no such data (1007).
   */
  inflate({ bytes: payload, binary }: Assembly, limit: number): Assembly {
    const inflating = stream ??= new ZlibStream();
    const window = this.#window;
    const message = new Assembly(binary);
    if (!window || window !== shown) show(inflating, window?.bytes);
    shown = undefined;
    let ends = 0;
    for (const part of [payload, TAIL]) {
      for (let at = 0;;) {
        const size = step(inflating, part, at);
        at = part.length - inflating.left;
        if (message.length + size > limit) {
          throw new FrameError(1009, `A message may have ${limit} bytes`);
        }
        const isFull = size === made.length;
        if (size > 0) {
          message.add(made.subarray(0, size), isFull ? limit : message.length + size);
          window?.add(made, 0, size);
        }
        if (isFull) continue;
        if (at === part.length) break;
        // A block said that it was the last one. There may be more, for which it was not (RFC 7692 §7.2.3.5).
        if (part === TAIL) return message;
        if (++ends > MOST_ENDS) throw broken(`it ends more than ${MOST_ENDS} times`);
        show(inflating, window?.bytes ?? message.bytes);
      }
    }
    shown = window;
    return message;
  }
}

function step(inflating: ZlibStream, part: Uint8Array, at: number): number {
  try {
    return inflating.step(part, at, part.length, made, 0);
  } catch (error) {
    throw broken((error as Error).message);
  }
}

/** Begins anew with that in the window. */
function show(inflating: ZlibStream, past: Uint8Array | undefined): void {
  inflating.reset();
  if (!past?.length) return;
  const window = past.subarray(-MOST_WINDOW);
  const { length } = window;
  // RFC 1951 §3.2.4
  stored.set([0, length & 255, length >> 8, ~length & 255, ~length >> 8 & 255]);
  stored.set(window, 5);
  inflating.step(stored, 0, 5 + length, made, 0);
}

const broken = (why: string) => new FrameError(1007, `A compressed message is broken: ${why}`);
