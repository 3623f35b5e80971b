/** How a WebSocket is closed. */
export interface Close {
  readonly code: number;
  readonly reason: string;
}

/**
 * The truthful close of a process that ended: 1000 for status 0, otherwise 4000 + the status as a shell
 * counts it, which is how Deno counts it, too: a signal is 128 + its number.
 */
export function closeOf(status: Pick<Deno.CommandStatus, "code" | "signal">): Close {
  if (status.code === 0) return { code: 1000, reason: "" };
  return { code: 4000 + status.code, reason: status.signal ?? `exit status ${status.code}` };
}
