import type { FloodLog } from "../base/flood_log.ts";
import type { Rounds } from "../base/rounds.ts";
import type { Hub } from "../contract.ts";
import type { Ended } from "./ending_sentence.ts";
import type { Recordings } from "./record/recordings.ts";
import type { Roster } from "./roster.ts";

/** Parts of the server that each connection needs. */
export interface ConnectionOptions {
  readonly roster: Roster;
  readonly hub: Hub;
  /** Is told how it has ended. */
  readonly ended?: ((ended: Ended) => void) | undefined;
  /** Looks at all connections whose time is limited. */
  readonly rounds: Rounds;
  /** Says of limits no more than once a second what any client can cause. */
  readonly floodLog: FloodLog;
  /** Writes down what connections carry whose routes want that; default: nobody does. */
  readonly recordings?: Recordings;
}
