import { duration } from "../base/duration.ts";
import { CodecError } from "../base/errors.ts";
import type { Ending } from "../contract.ts";

/** The code and reason that a WebSocket is closed with. */
export interface Close {
  readonly code: number;
  readonly reason: string;
  /** Facts for the log beside that. */
  readonly ending?: Ending;
}

/** The end of the life of a process. */
export interface Outcome {
  /**
   * The status of the program itself; undefined where it lives on without its output, or a signal of the
   * server has ended it.
   */
  readonly status: Pick<Deno.CommandStatus, "code" | "signal"> | undefined;
  /** Whether it was told to end before its output was over. */
  readonly told: boolean;
  /** Milliseconds after which it was told so, because it may run no longer. */
  readonly timeout?: number | undefined;
  /** Whether it was still running, and writing, when the server sent it a signal. */
  readonly cut: boolean;
  /** Whether the server is ending. */
  readonly shutdown: boolean;
  /** The failure of its output, where there was one. */
  readonly failure?: Failure | undefined;
}

/** A failure of the output of a process. */
export interface Failure {
  readonly error: unknown;
  /** Whether that was its end, in the middle of something. */
  readonly atEnd: boolean;
}

// The exit status of timeout(1) where it has ended a program.
const TIMED_OUT = 124;

/**
 * The truthful close of a process that ended: 1000 for status 0, otherwise 4000 + the status as a shell
 * counts it, which is how Deno counts it, too: a signal is 128 + its number. When the server is ending it is
 * 1001, whatever the status, and where its time was up 4124.
 */
export function closeOf({ status, shutdown, failure, timeout }: Outcome): Close {
  if (shutdown) return { code: 1001, reason: "" };
  if (timeout !== undefined) return { code: 4000 + TIMED_OUT, reason: overtime(timeout) };
  // Who failed wrote nothing more, and that is why its output has no proper end.
  const failed = status !== undefined && status.code !== 0;
  if (failure && !(failure.atEnd && failed)) return closeOfFailure(failure.error);
  if (!status || status.code === 0) return { code: 1000, reason: "" };
  return { code: 4000 + status.code, reason: statusText(status) };
}

/** The reason of an end after so many ms, in words. */
export function overtime(timeout: number): string {
  return `The program may run no longer than ${duration(timeout)}`;
}

/** The status of a program that has ended, in words. */
export function statusText({ code, signal }: NonNullable<Outcome["status"]>): string {
  return signal ?? `exit status ${code}`;
}

/** The status of a program as the log has it: a signal or an exit status; nothing where it lives on. */
export function endingOf(status: Outcome["status"]): Pick<Ending, "status" | "signal"> {
  if (!status) return {};
  return status.signal ? { signal: status.signal } : { status: status.code };
}

/** The close that tells a client of an error of the server's, or of what a codec has refused. */
export function closeOfFailure(error: unknown): Close {
  if (error instanceof CodecError) return { code: error.code, reason: error.message };
  return { code: 1011, reason: "Internal error" };
}
