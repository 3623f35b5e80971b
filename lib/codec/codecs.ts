import type { Codec } from "../contract.ts";
import { binary } from "./binary.ts";
import { contentLength } from "./content_length.ts";
import { json } from "./json.ts";
import { length } from "./length.ts";
import { lines } from "./lines.ts";
import { nul } from "./nul.ts";
import { streams } from "./streams.ts";

/** All codecs, by the names that `framing` has for them: a new one is added here and nowhere else. */
export const CODECS = {
  lines,
  binary,
  streams,
  nul,
  length,
  "content-length": contentLength,
  json,
} as const satisfies Record<string, Codec>;

/** The name of a codec, by which a program's output becomes messages, and messages of clients its input. */
export type Framing = keyof typeof CODECS;

/** The names of all codecs. */
export const FRAMINGS = Object.keys(CODECS) as readonly Framing[];

/** The names of codecs, with what is to be said of each. */
export function describeCodecs(names: readonly Framing[]): string {
  const codecs: Readonly<Record<Framing, Codec>> = CODECS;
  return names.map((name) => codecs[name].doc ? `${name} (${codecs[name].doc})` : name).join(", ");
}
