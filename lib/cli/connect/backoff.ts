const FIRST_MS = 500;
const MOST_MS = 30_000;

/**
 * The wait before the next attempt to connect: twice as long each time, half of it by chance, so
 * that the clients of a server that was restarted do not all come back in the same moment.
 *
 * @param attempt 1 for the first.
 * @param chance From 0 to 1.
 * @returns Milliseconds.
 */
export function backoff(attempt: number, chance: number = Math.random()): number {
  const full = Math.min(MOST_MS, FIRST_MS * 2 ** (attempt - 1));
  return Math.round(full * (1 + chance) / 2);
}
