import { ACCESS, SAME_ORIGIN } from "./access_options.ts";
import { AWAY } from "./away_options.ts";
import { LIMITS } from "./limit_options.ts";
import { MESSAGES } from "./message_options.ts";
import { RECORDING } from "./record_options.ts";
import { RESUME } from "./resume_options.ts";

/** The options that a route of any kind may have, in place of those of the server. */
export const ROUTE_OPTIONS = [
  ...ACCESS,
  ...MESSAGES,
  ...RESUME,
  ...AWAY,
  ...RECORDING,
  ...LIMITS,
] as const;

/** Options of which requests become connections, and of what these may send. */
export const REQUESTS = [...ROUTE_OPTIONS, SAME_ORIGIN] as const;
