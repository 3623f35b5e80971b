// So often the amount is looked at until it counts as stalled.
const LOOKS = 10;

interface Watched {
  readonly amount: () => number;
  readonly stalled: () => void;
  before: number;
  looks: number;
}

/** Those who are watched, by the ms between two looks: one timer for all of them, however many come and go. */
const watches = new Map<number, Set<Watched>>();

/**
 * Watches whether what waits for somebody gets less.
 *
 * @param amount How much waits.
 * @param timeout Milliseconds without any progress, after which it has stalled; nothing waiting is none.
 * @param stalled Called once.
 */
export function watchProgress(
  amount: () => number,
  timeout: number,
  stalled: () => void,
): Disposable {
  const interval = timeout / LOOKS;
  const all = watches.get(interval) ?? begin(interval);
  const watched: Watched = { amount, stalled, before: amount(), looks: 0 };
  all.add(watched);
  return { [Symbol.dispose]: () => void all.delete(watched) };
}

function begin(interval: number): Set<Watched> {
  const all = new Set<Watched>();
  watches.set(interval, all);
  const timer = setInterval(() => {
    for (const watched of all) {
      const now = watched.amount();
      watched.looks = now < watched.before ? 0 : watched.looks + 1;
      watched.before = now;
      if (watched.looks < LOOKS) continue;
      all.delete(watched);
      watched.stalled();
    }
    if (all.size > 0) return;
    clearInterval(timer);
    watches.delete(interval);
  }, interval);
  // A program that has nothing else to do may end.
  Deno.unrefTimer(timer);
  return all;
}
