import { EMPTY_FRAMES_TIME } from "../../base/limits.ts";
import type { Assembly } from "./assembly.ts";
import { FrameError } from "./frame_error.ts";

/**
 * A message may have any number of frames, as long as it grows.
 *
 * @throws {FrameError} If it has not done so for long.
 */
export function checkProgress(message: Assembly): void {
  const now = performance.now();
  if (now - (message.emptySince ??= now) < EMPTY_FRAMES_TIME) return;
  throw new FrameError(
    1008,
    `A message had nothing but empty frames for ${EMPTY_FRAMES_TIME / 1000} s`,
  );
}
