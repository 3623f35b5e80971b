import { counted } from "../base/counted.ts";
import { duration } from "../base/duration.ts";
import type { Carried } from "../base/meter.ts";

/** The side whose doing the end of a connection was; `nobody` has closed one that broke. */
export type Closer = "client" | "handler" | "program" | "service" | "server" | "nobody";

/** Facts about a connection that has ended, by the names that they have in the log. */
export interface Ended extends Omit<Carried, "dropped"> {
  /** The close code; 1005 where the client gave none, 1006 where it broke. */
  readonly code: number;
  /** The reason of the close frame; empty where there is none. */
  readonly reason: string;
  /** The side that has closed it. */
  readonly closedBy: Closer;
  /** Whether both sides have closed it. */
  readonly clean: boolean;
  /** Why it broke. */
  readonly error?: string | undefined;
  /** Exit status of its own program, where that has ended by itself. */
  readonly exitStatus?: number | undefined;
  /** The signal that has ended its program. */
  readonly signal?: string | undefined;
  /** Milliseconds for which it was open. */
  readonly durationMs: number;
  /** Messages of the client that are of a kind which its handler does not take. */
  readonly ignored?: number | undefined;
}

/**
 * Says how a connection ended: `Closed by the program with 4003 "exit status 3" after 1.2 s: 3 messages in
 * (12 bytes), 4 out (56 bytes)`.
 */
export function endingSentence(ended: Ended): string {
  const { code, reason, closedBy, clean, error, exitStatus, signal, ignored } = ended;
  const parts = [];
  if (closedBy === "nobody") parts.push("Broke off");
  else if (code === 1005) parts.push(`Closed by the ${closedBy} without a code`);
  else parts.push(`Closed by the ${closedBy} with ${code}${reason && ` "${reason}"`}`);
  if (error) parts.push(` (${error})`);
  if (closedBy !== "nobody" && !clean) parts.push(", without an answer,");
  parts.push(` after ${duration(ended.durationMs)}: `);
  parts.push(`${counted(ended.messagesIn, "message")} in (${counted(ended.bytesIn, "byte")}), `);
  parts.push(`${ended.messagesOut} out (${counted(ended.bytesOut, "byte")})`);
  if (ignored) parts.push(`; ignored ${counted(ignored, "message")} of the wrong kind`);
  // Otherwise the close code has said so.
  if (closedBy !== "program" || code === 1000 && signal) parts.push(endOf(exitStatus, signal));
  return parts.join("");
}

function endOf(exitStatus: number | undefined, signal: string | undefined): string {
  if (signal !== undefined) return `; the program was ended by ${signal}`;
  return exitStatus === undefined ? "" : `; the program ended with exit status ${exitStatus}`;
}
