const told = new WeakSet<Response>();

/** Marks an answer as one that the log has its line about. */
export function tell(response: Response): Response {
  told.add(response);
  return response;
}

/** Whether an answer was marked so. */
export function isTold(response: Response): boolean {
  return told.has(response);
}
