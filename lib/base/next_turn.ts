/**
 * Resolves after everybody else has had a turn of the event loop: a promise that is resolved already lets nobody
 * but promises go before.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
