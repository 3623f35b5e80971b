import { CodecError } from "../base/errors.ts";
import type { Batch, Codec } from "../contract.ts";

/** As much of a batch as can be said. */
export interface Encoded {
  /** The messages as the program reads them. */
  readonly data: Uint8Array | string;
  /** The reason why the next message cannot be said, where that is not all. */
  readonly refused?: CodecError;
}

/** Encodes the messages of a batch up to the first that cannot be said. */
export function encodeSome(codec: Pick<Codec, "encode">, batch: Batch): Encoded {
  try {
    return { data: codec.encode(batch) };
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    const sayable = batch.slice(0, countSayable(codec, batch));
    return { data: codec.encode(sayable), refused: error };
  }
}

function countSayable(codec: Pick<Codec, "encode">, batch: Batch): number {
  for (let index = 0; index < batch.size; index++) {
    try {
      codec.encode(batch.slice(index, index + 1));
    } catch {
      return index;
    }
  }
  return batch.size;
}
