import type { OneWay } from "./link.ts";
import type { ResumableTransport } from "./resumable_transport.ts";
import type { Sessions } from "./sessions.ts";
import type { ResumeTerms } from "./terms.ts";

/** The session of a client that has come in: one that begins, or the one that it comes back to. */
export type Resuming = (Beginning | Continuing) & {
  /** Where nothing comes back on its transport. */
  readonly oneWay?: OneWay | undefined;
};

/** A session that begins. */
export interface Beginning extends ResumeTerms {
  readonly sessions: Sessions;
  /** The client that may come back, and the route where it may. */
  readonly owner: string;
}

interface Continuing {
  readonly session: ResumableTransport;
}
