import { UsageError } from "../../base/errors.ts";
import { CODECS } from "../../codec/codecs.ts";
import { converting, type Mismatch } from "../../codec/mismatch.ts";
import type { Stdin } from "../../process/stdin.ts";
import type { Client } from "./client.ts";
import { Coded } from "./coded.ts";
import type { Crowd } from "./crowd.ts";
import { Events } from "./events.ts";
import type { SharedFraming } from "./options.ts";
import type { Restart } from "./restarts.ts";
import { Tagged } from "./tagged.ts";
import type { Talk } from "./talk.ts";

/** Options of {@linkcode talkOf}, with the defaults of `shared`. */
export interface TalkOptions {
  readonly framing?: SharedFraming;
  readonly mismatch?: Mismatch;
  readonly history?: number;
  readonly restart?: Restart;
}

/**
 * The way in which a framing has clients and their process talk to each other.
 *
 * @throws {UsageError} If the framing leaves it to the program what a new client gets, and `history` does not.
 */
export function talkOf(
  { framing = "lines", mismatch = "ignore", history = 0, restart = "never" }: TalkOptions,
  stdin: Stdin<Client>,
  crowd: Crowd,
): Talk {
  const converts = mismatch === "convert";
  if (framing !== "events" && framing !== "tagged") {
    const codec = converts ? converting(CODECS[framing]) : CODECS[framing];
    return new Coded(stdin, crowd, { codec, remembered: history });
  }
  if (history > 0) {
    throw new UsageError(
      `history=${history} cannot be used with framing=${framing}: the program itself says what a new client gets`,
    );
  }
  const remembers = restart !== "never";
  if (framing === "events") return new Events(stdin, crowd, remembers);
  return new Tagged(stdin, crowd, { remembers, converts });
}
