// So often the amount is looked at until it counts as stalled.
const LOOKS = 10;

interface Watched {
  readonly amount: () => number;
  readonly unsent: () => number | undefined;
  readonly stalled: () => void;
  /** Bytes that the system had not sent when it was asked last. */
  unsentBefore: number;
  before: number;
  looks: number;
}

/** Everybody who is watched at one interval, with one timer for all of them: many come and go at once. */
interface Watch {
  readonly all: Set<Watched>;
  readonly timer: ReturnType<typeof setInterval>;
}

/** By the ms between two looks. */
const watches = new Map<number, Watch>();

/**
 * Watches whether what waits for somebody gets less.
 *
 * @param amount Tells how many bytes wait.
 * @param timeout Milliseconds without any progress, after which it has stalled; nothing waiting is none.
 * @param unsent Tells how many bytes the system holds besides that amount, where it can be asked: only before
 * somebody counts as stalled, because it may cost something.
 * @param stalled Called once.
 */
export function watchProgress(
  amount: () => number,
  timeout: number,
  unsent: () => number | undefined,
  stalled: () => void,
): Disposable {
  const interval = timeout / LOOKS;
  const { all } = watches.get(interval) ?? begin(interval);
  const watched: Watched = {
    amount,
    unsent,
    stalled,
    unsentBefore: 0,
    before: amount(),
    looks: 0,
  };
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
      if (watched.looks === LOOKS / 2) watched.unsentBefore = watched.unsent() ?? 0;
      if (watched.looks < LOOKS || readsOn(watched)) continue;
      forget(watched, interval);
      watched.stalled();
    }
  }, interval);
  const watch = { all, timer };
  watches.set(interval, watch);
  return watch;
}

/** Whether somebody has taken what left long ago: then they are given as much time again. */
function readsOn(watched: Watched): boolean {
  const unsent = watched.unsent();
  const reads = unsent !== undefined && unsent < watched.unsentBefore;
  if (reads) watched.looks = 0;
  return reads;
}

function forget(watched: Watched, interval: number): void {
  const watch = watches.get(interval);
  if (!watch?.all.delete(watched) || watch.all.size > 0) return;
  clearInterval(watch.timer);
  watches.delete(interval);
}
