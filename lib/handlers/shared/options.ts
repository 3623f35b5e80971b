import { describeCodecs, type Framing, FRAMINGS } from "../../codec/codecs.ts";
import type { Option } from "../../options/option.ts";

/**
 * A way to talk to a process of many clients: by a codec, which carries messages from all and to all, or so
 * that it knows its clients:
 *
 * - `events`: lines of JSON that say who comes, what they say, who leaves, and who gets what;
 * - `tagged`: lines with an id in front, for a shell script.
 */
export type SharedFraming = Exclude<Framing, "binary" | "streams"> | "events" | "tagged";

const CODED = FRAMINGS.filter((name) => name !== "binary" && name !== "streams");

/** All of {@linkcode SharedFraming}. */
const SHARED_FRAMINGS: readonly SharedFraming[] = [...CODED, "events", "tagged"];

/** The options of `shared` beside those of every handler that starts programs. */
export const SHARED_OPTIONS = [
  {
    name: "framing",
    kind: "choice",
    choices: SHARED_FRAMINGS,
    default: "lines",
    // Not the row of `process`: it has other framings.
    unset: "that of --framing",
    doc: `How it is talked to: messages from and to all clients as ${
      describeCodecs(CODED)
    }; events as lines of JSON; or tagged lines that say whose they are`,
  },
  {
    name: "start",
    kind: "choice",
    choices: ["first", "now"],
    default: "first",
    doc: "Whether it starts with the first client, or with the server",
  },
  {
    name: "linger",
    kind: "duration",
    value: "TIME",
    default: 0,
    doc: "How long the process lives after its last client has left: ms, or 30s, 5m, 1h, forever",
  },
  {
    name: "restart",
    kind: "choice",
    choices: ["never", "on-failure", "always"],
    default: "never",
    doc: "Whether it is started again when it has ended by itself",
  },
  {
    name: "history",
    kind: "number",
    value: "N",
    default: 0,
    doc: "How many of the last lines a new client gets first",
  },
] as const satisfies readonly Option[];
