import { MAX_QUEUE } from "../base/limits.ts";
import { describeCodecs, FRAMINGS } from "../codec/codecs.ts";
import { MISMATCHES } from "../codec/mismatch.ts";
import type { Option } from "../options/option.ts";
import { LateOutput } from "../process/unbuffer/late_output.ts";
import { type Unbuffer, UNBUFFERS } from "../process/unbuffer/unbuffer.ts";

/** The option of how a program talks to the one client that it has. */
export const FRAMING = {
  name: "framing",
  kind: "choice",
  choices: FRAMINGS,
  default: "lines",
  group: "Messages",
  reload: "route",
  doc: `How output becomes messages, and the reverse: ${describeCodecs(FRAMINGS)}`,
  flag: { value: "NAME", doc: `How output becomes messages: ${FRAMINGS.join(", ")}` },
} as const satisfies Option;

/** The option of what happens to messages of the kind that a framing does not take. */
export const MISMATCH = {
  name: "mismatch",
  kind: "choice",
  choices: MISMATCHES,
  group: "Messages",
  reload: "route",
  doc:
    "A client's messages of the kind that is not taken: convert them (text is UTF-8, beyond that close with 1007), ignore them, or close with 1003",
  flag: { value: "HOW", unset: "ignore, for tcp convert" },
} as const satisfies Option;

/** The option of how much a client may say ahead of who takes it; each row says who that is. */
export const INPUT_QUEUE = {
  name: "maxqueue",
  as: "maxQueue",
  kind: "number",
  value: "BYTES",
  unit: "bytes",
  least: 1,
  default: MAX_QUEUE,
} as const;

/** The option of whether a program's output comes at once, for those whose output is read as it comes. */
export const UNBUFFER = {
  name: "unbuffer",
  kind: "choice",
  choices: UNBUFFERS,
  default: "auto",
  group: "Process",
  reload: "route",
  doc:
    "Whether programs are made to write at once: auto by variables that change nothing else, on by all of them, pty by a terminal for their output",
  flag: { value: "HOW" },
} as const satisfies Option;

/** Does as `auto` says: what is written at once is a message of `binary`, which must not change. */
export function unbufferOf(
  { unbuffer = "auto", framing }: { readonly unbuffer?: Unbuffer; readonly framing?: string },
): Unbuffer {
  return unbuffer === "auto" && framing === "binary" ? "off" : unbuffer;
}

/** Tells of output that comes late, in framings where it can be told by the end of a message. */
export function lateOutputOf(
  options: { readonly unbuffer?: Unbuffer; readonly framing?: string },
): LateOutput | undefined {
  const { framing = "lines" } = options;
  const isBlind = ["binary", "length", "content-length"].includes(framing);
  return isBlind ? undefined : new LateOutput(unbufferOf(options));
}
