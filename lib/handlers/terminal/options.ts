import type { Option } from "../../options/option.ts";
import { SHARED_OPTIONS } from "../shared/options.ts";
import { PROCESS_OPTIONS } from "../process_options.ts";

/** The options of programs, without those of a stream of errors: a terminal has one output. */
const OF_PROGRAMS = PROCESS_OPTIONS.filter(
  (option): option is Exclude<typeof option, { name: "stderr-rate" }> =>
    option.name !== "stderr-rate",
);

/** How long it lives without anybody; the same as of `shared`. */
const LINGER = SHARED_OPTIONS.filter(
  (option): option is Extract<typeof option, { name: "linger" }> => option.name === "linger",
);

/** The options of `terminal`. */
export const TERMINAL_OPTIONS = [
  {
    name: "write",
    kind: "boolean",
    default: true,
    doc: "Whether clients may type; otherwise one that does is closed with 1008",
  },
  {
    name: "shared",
    kind: "boolean",
    default: false,
    doc: "Whether all clients are at one terminal, started with the first",
  },
  ...LINGER,
  ...OF_PROGRAMS,
] as const satisfies readonly Option[];
