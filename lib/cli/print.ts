import { messageOf } from "../base/errors.ts";
import { FLUSH_TIME } from "../base/limits.ts";
import { within } from "../base/within.ts";
import { MistakesError } from "./mistakes_error.ts";

/** A stream that a text goes to. */
export interface Output {
  /** Writes some bytes, and answers how many. */
  write(bytes: Uint8Array): Promise<number>;
}

/**
 * Writes a text, and waits until all of it was taken. Somebody who has read enough, as `head`, is no mistake.
 *
 * @throws {UsageError} If it cannot be written, as on a full disk.
 */
export async function print(to: Output, text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let written = 0; written < bytes.length;) {
      written += await to.write(bytes.subarray(written));
    }
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) return;
    throw new MistakesError([`Cannot write the output: ${messageOf(error)}`]);
  }
}

/** Writes a text, as far as that is possible within a second: for what is said before an end. */
export async function printBriefly(to: Output, text: string): Promise<void> {
  // There is nowhere to say that it cannot be said.
  await within(print(to, text).catch(() => {}), FLUSH_TIME);
}
