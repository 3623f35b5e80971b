// So often the amount is looked at until it counts as stalled.
const LOOKS = 10;

interface Watched {
  readonly amount: () => number;
  readonly stalled: () => void;
  before: number;
  looks: number;
}

/** Those who are watched at one interval, with one timer for all of them: many come and go at once. */
interface Watch {
  readonly all: Set<Watched>;
  readonly timer: ReturnType<typeof setInterval>;
}

/** By the ms between two looks. */
const watches = new Map<number, Watch>();

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
  const { all } = watches.get(interval) ?? begin(interval);
  const watched: Watched = { amount, stalled, before: amount(), looks: 0 };
  all.add(watched);
  return { [Symbol.dispose]: () => forget(watched, interval) };
}

function begin(interval: number): Watch {
  const all = new Set<Watched>();
  const timer = setInterval(() => {
    for (const watched of all) {
      const now = watched.amount();
      watched.looks = now < watched.before ? 0 : watched.looks + 1;
      watched.before = now;
      if (watched.looks < LOOKS) continue;
      forget(watched, interval);
      watched.stalled();
    }
  }, interval);
  const watch = { all, timer };
  watches.set(interval, watch);
  return watch;
}

function forget(watched: Watched, interval: number): void {
  const watch = watches.get(interval);
  if (!watch?.all.delete(watched) || watch.all.size > 0) return;
  clearInterval(watch.timer);
  watches.delete(interval);
}
