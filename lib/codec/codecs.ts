import type { Codec } from "../contract.ts";
import { binary } from "./binary.ts";
import { contentLength } from "./content_length.ts";
import { json } from "./json.ts";
import { length } from "./length.ts";
import { lines } from "./lines.ts";
import { nul } from "./nul.ts";
import { streams } from "./streams.ts";

/**
 * The framing by which a program's output becomes messages, and messages of clients its input.
 *
 * - `lines`: each line of stdout is a text message;
 * - `binary`: stdout as it comes is binary messages;
 * - `streams`: lines of stdout and stderr as `{"stream":"stdout","data":"…"}`;
 * - `nul`: records that end with NUL are text messages;
 * - `length`: binary messages, each behind its length in four bytes;
 * - `content-length`: text messages, each behind a header block with `Content-Length`;
 * - `json`: each JSON value is a text message.
 */
export type Framing =
  | "lines"
  | "binary"
  | "streams"
  | "nul"
  | "length"
  | "content-length"
  | "json";

/** All codecs, by the names that `framing` has for them: a new one is added in this file, and nowhere else. */
export const CODECS: Readonly<Record<Framing, Codec>> = {
  lines,
  binary,
  streams,
  nul,
  length,
  "content-length": contentLength,
  json,
};

/** The names of all codecs. */
export const FRAMINGS = Object.keys(CODECS) as readonly Framing[];

/** The names of codecs, with what is to be said of each. */
export function describeCodecs(names: readonly Framing[]): string {
  const described = names.map((name) => {
    const { doc } = CODECS[name];
    return doc ? `${name} (${doc})` : name;
  });
  return described.join(", ");
}
