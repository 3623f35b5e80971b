import type { Batch } from "../../../contract.ts";

/** A way in which messages stand in the body of an answer. */
export interface Form {
  /** The media type of the answer. */
  readonly type: string;
  /** Bytes that begin it, where something has to. */
  readonly head?: Uint8Array;
  /** Bytes that mean nothing, for a connection on which nothing else is sent; missing where there are none. */
  readonly ping?: Uint8Array;
  /** Messages as bytes, in memory that nobody writes to any more. */
  encode(batch: Batch): Uint8Array;
  /** Bytes that tell of the end; missing where only the end of the body does: then one other than 1000 breaks it off. */
  end?(code: number, reason: string): Uint8Array;
}
