import { totalmem } from "node:os";
import { UsageError } from "../base/errors.ts";
import { WORKER_MEMORY } from "../base/limits.ts";

/**
 * Checks that a machine has memory for so many workers, before anybody has come to them: otherwise the system would end
 * some of them again and again, or other programs.
 *
 * @param memory Bytes that it has.
 * @throws {UsageError} If it has not.
 */
export function expectMemory(count: number, memory: number = totalmem()): void {
  if (count * WORKER_MEMORY <= memory) return;
  const [needed, there] = [count * WORKER_MEMORY, memory].map((bytes) => (bytes / 1e9).toFixed(1));
  throw new UsageError(
    `--workers=${count} cannot be used: ${needed} GB of memory would be taken before anybody has come, and this machine has ${there}; more than one worker for each processor makes nothing faster`,
  );
}
