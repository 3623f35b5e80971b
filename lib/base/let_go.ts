// For less, the call costs more than it saves.
const MUCH = 16 * 1024;

/**
 * Gives memory back at once, and not with some later garbage collection: V8 lets tens of megabytes of it pile
 * up before. Whoever still has it finds it empty, so it MUST be nobody else's.
 *
 * @param bytes Of a buffer that goes as a whole.
 */
export function letGo({ buffer, length }: Uint8Array): void {
  if (length >= MUCH && buffer instanceof ArrayBuffer) buffer.transfer(0);
}
