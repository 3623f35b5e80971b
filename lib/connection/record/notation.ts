import type { Batch } from "../../base/batch.ts";

/** The side that says something: its messages go in, or out to it. */
export type Direction = "i" | "o";

/** A form of recordings: lines, each with its end. Times are seconds since the connection was opened. */
export interface Notation {
  /** The end of the name of its files. */
  readonly extension: "ndjson" | "cast";
  /** The first line. */
  head(facts: Facts): string;
  /**
   * Lines for messages.
   *
   * @param goesOn Whether more of the one message follows in the next line of that direction.
   */
  messages(time: string, direction: Direction, batch: Batch, goesOn: boolean): string[];
  /** The line in place of some that were left out. */
  lost(time: string, count: number): string;
  /** The line behind which messages are only counted, because there are so many bytes. */
  full(time: string, bytes: number): string;
  /** The last line. */
  close(time: string, code: number, reason: string): string;
}

/** Facts about a connection, as the log has them: no headers, no tokens. */
export interface Facts {
  /** When it was opened, in ms since the epoch. */
  readonly time: number;
  readonly id: string;
  readonly url: string | undefined;
  /** The pattern of its route. */
  readonly route: string;
  /** The name of its handler, where it has one. */
  readonly handler: string | undefined;
  readonly remote: string | undefined;
  /** The name of who has opened it, where that is known. */
  readonly user: string | undefined;
  readonly subprotocol: string | undefined;
  readonly command: string | undefined;
  readonly pid: string | undefined;
}
