import { SLOW_POLICIES } from "../connection/outbox.ts";
import type { Option } from "../options/option.ts";

/** The option of every handler whose clients hear each other. */
export const SLOW = {
  name: "slow",
  kind: "choice",
  choices: SLOW_POLICIES,
  default: "close",
  doc:
    "What happens to a client that reads too slowly: it is closed with 1013, or messages are dropped",
} as const satisfies Option;
