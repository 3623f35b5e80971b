const FIRST_MS = 1_000;
const MOST_MS = 30_000;

/**
 * Tells how long to wait before the next attempt: twice as long each time, half of it by chance, so that
 * the clients of a server that was restarted do not all come back in the same moment.
 *
 * @param {number} attempt 1 for the first.
 * @param {number} [chance] From 0 to 1.
 * @returns {number} Milliseconds.
 */
export function backoff(attempt, chance = Math.random()) {
  const full = Math.min(MOST_MS, FIRST_MS * 2 ** (attempt - 1));
  return Math.round(full * (1 + chance) / 2);
}
