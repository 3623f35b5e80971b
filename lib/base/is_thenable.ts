/** Whether something is to be waited for: it need not be a Promise of the runtime's own. */
export function isThenable(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}
