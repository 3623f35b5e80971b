// So often the amount is looked at until it counts as stalled.
const LOOKS = 10;

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
  let before = amount();
  let looks = 0;
  const timer = setInterval(() => {
    const now = amount();
    looks = now < before ? 0 : looks + 1;
    before = now;
    if (looks < LOOKS) return;
    clearInterval(timer);
    stalled();
  }, timeout / LOOKS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
