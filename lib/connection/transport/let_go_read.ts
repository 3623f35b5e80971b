import { letGo } from "../../base/let_go.ts";

/**
 * Gives back the buffer of a chunk that was read to its end, of which nobody has kept anything.
 *
 * @param bytes The chunk, or what was left of it.
 * @param read Bytes of it that were read.
 * @param partly The buffer of a chunk alone, of which some was read before; undefined where there is none.
 * @returns The same from now on.
 */
export function letGoRead(
  bytes: Uint8Array,
  read: number,
  partly: ArrayBufferLike | undefined,
): ArrayBufferLike | undefined {
  const { buffer } = bytes;
  if (read === buffer.byteLength) {
    letGo(bytes);
    return partly;
  }
  // What is left of a chunk comes as a part of its buffer.
  const isOwn = bytes.length === buffer.byteLength || buffer === partly;
  const isRest = read < bytes.length;
  if (isOwn && !isRest) letGo(new Uint8Array(buffer));
  return isOwn && isRest ? buffer : undefined;
}
