/** The close of a connection that has ended. */
export interface Closed {
  /** The code of the server's close frame: 1005 where it has none, 1006 where there was no frame. */
  readonly code: number;
  readonly reason: string;
  /** Whether the client has begun to close it. */
  readonly byClient: boolean;
}

/** The meaning for the program of the end of a connection, or of the attempt to make one. */
export interface Ending {
  readonly exitCode: number;
  /** Whether it was meant to end, tells the exit status of a program, or is a failure. */
  readonly kind: "meant" | "status" | "failure";
  /** For a person. */
  readonly says: string;
}

/**
 * The meaning of a close: exit code 0 for 1000, 1005, and 1006 where the client has begun to close; n for
 * 4000 + n, the exit status n of a program behind stdws; 1 for everything else.
 */
export function endingOf({ code, reason, byClient }: Closed): Ending {
  const why = reason === "" && code === 1006 ? "and no close frame" : reason;
  const says = `closed with ${code} ${why}`.trimEnd();
  // There are servers that answer a close frame by hanging up.
  if (code === 1000 || code === 1005 || (code === 1006 && byClient)) {
    return { exitCode: 0, kind: "meant", says };
  }
  if (code > 4000 && code <= 4255) return { exitCode: code - 4000, kind: "status", says };
  return { exitCode: 1, kind: "failure", says };
}
