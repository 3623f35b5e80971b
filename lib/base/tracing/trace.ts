import type { Context } from "npm:@opentelemetry/api@1.10.0";
import type { Carried } from "../meter.ts";

/** The trace of one request: its span, and where what it starts has its place. */
export interface Trace {
  /** The place of what it starts. */
  readonly context: Context;
  /** The flags of whoever asked, as hexadecimal; undefined where that has said none. */
  readonly flags: string | undefined;
  /** Words of tracing systems on the way to each other; empty where there is nothing. */
  readonly tracestate: string;
  /**
   * Tells what was decided about it.
   *
   * @param route The pattern of the route; undefined where there is none.
   * @param status Of the answer; 101 where a connection follows.
   */
  decided(route: string | undefined, status: number): void;
  /**
   * Tells that its answer is out.
   *
   * @param whole Whether all of it went out.
   */
  answered(whole: boolean): void;
  /** Tells that the upgrade did not come about. */
  abandoned(): void;
  /** Tells that its connection has ended, and what that was joined to. */
  closed(end: TracedEnd): void;
}

/** The end of a connection, as far as a span has it. */
export interface TracedEnd extends Omit<Carried, "dropped"> {
  readonly code: number;
  readonly closedBy: string;
}
