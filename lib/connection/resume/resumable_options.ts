import type { Log } from "../../base/log.ts";
import type { ResumeTerms } from "./terms.ts";

/** Options of a session that survives its transports. */
export interface ResumableOptions extends ResumeTerms {
  /** The client that may come back, and the route where it may. */
  readonly owner: string;
  /** The subprotocol of what it carries; empty where there is none. */
  readonly subprotocol: string;
  readonly log: Log;
}
