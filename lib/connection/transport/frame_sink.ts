import type { Batch } from "../../base/batch.ts";

/** Receives what a reader of frames finds, in the order in which it came. */
export interface FrameSink {
  /** Messages; their buffer is borrowed. */
  messages(batch: Batch): void;
  /** A ping, whose payload is to be sent back; it is borrowed. */
  ping(payload: Uint8Array): void;
  /** A pong; its payload is borrowed. */
  pong(payload: Uint8Array): void;
  /** A part of a message with nothing in it, which is not the last; for who counts them. */
  emptyPart?(): void;
  /**
   * The client may not send what it has sent, or there is no memory for it: from now on only its close frame
   * counts.
   */
  failed(error: unknown): void;
  /** A close frame; 1005 where it says no code, 1006 where it says none that may be said. Nothing follows. */
  close(code: number, reason: string): void;
  /** Whether nothing more is wanted for now. */
  isFull(): boolean;
}
