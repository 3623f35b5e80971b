import type { Roster } from "../../roster.ts";
import type { FrontInputOptions } from "./front_input.ts";
import type { ServerSearchOptions } from "./server_search.ts";
import type { Strict } from "./strict.ts";

/** Options of the end of a relay at the server where the client is. */
export interface RelayingOptions extends ServerSearchOptions, FrontInputOptions {
  readonly id: string;
  readonly roster: Roster;
  /** This server. */
  readonly self: string;
  /** Clients that end when it cannot reach the others; default: this one does not. */
  readonly strict?: Strict | undefined;
}
