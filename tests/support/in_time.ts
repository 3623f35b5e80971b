/** Longer than anything that a test waits for takes on a machine that is busy, in ms. */
export const GUARD = 120_000;

/**
 * What is waited for, or an error: what never comes shall fail its test, and not hold up all the others.
 *
 * @param what What was waited for; asked only when it has not come.
 */
export async function inTime<T>(promise: Promise<T>, what: () => string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`Waited in vain for ${what()}`)), GUARD);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
