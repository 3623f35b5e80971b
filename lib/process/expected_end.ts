let until = -Infinity;

/**
 * Has the end of this server be expected: a signal has reached it, perhaps with all of its group, and whoever gives it
 * its orders says whether it is to end.
 *
 * @param ms For how long.
 */
export function expectEnd(ms: number): void {
  until = performance.now() + ms;
}

/** For how many ms more that is expected. */
export function expectedEnd(): number {
  return Math.max(0, until - performance.now());
}
