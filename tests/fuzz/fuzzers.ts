import { fuzzClient } from "./client.ts";
import { fuzzCodecs } from "./codecs.ts";
import { fuzzCompressed } from "./compressed.ts";
import { fuzzFile } from "./file.ts";
import { fuzzFrames } from "./frames.ts";
import { fuzzForwarding, fuzzPreambles } from "./proxies.ts";
import { fuzzSnapshot } from "./snapshot.ts";
import { fuzzTalk } from "./talk.ts";

/** What makes something random of a seed, and fails where that is not dealt with as it has to be. */
export interface Fuzzer {
  /** The sentence that its test proves. */
  readonly proves: string;
  /** The random thing of a seed. */
  readonly fuzz: (seed: number) => void | Promise<void>;
  /** Seeds that have failed once, beyond the first thousands. */
  readonly cases?: readonly number[];
}

/** All fuzzers that need no server, by name. */
export const FUZZERS: Readonly<Record<string, Fuzzer>> = {
  frames: {
    proves: "FrameReader finds what the receiver of ws finds in any stream, wherever it is cut",
    fuzz: fuzzFrames,
  },
  compressed: {
    proves: "FrameReader finds the same in any compressed stream, wherever it is cut",
    fuzz: fuzzCompressed,
  },
  codecs: {
    proves: "CODECS find the same in any output, wherever it is cut",
    fuzz: fuzzCodecs,
  },
  file: {
    proves: "parseConfigFile() makes of any text settings, or mistakes with their places",
    fuzz: fuzzFile,
    // A key without a name that is there twice.
    cases: [15_035, 17_726],
  },
  talk: {
    proves: "Events and Tagged go on after any line, and complain of what is none",
    fuzz: fuzzTalk,
  },
  forwarding: {
    proves: "Forwarding finds a client in any header, and nothing behind what a proxy has added",
    fuzz: fuzzForwarding,
  },
  preambles: {
    proves: "PreambleReader finds the same in any bytes, wherever they are cut",
    fuzz: fuzzPreambles,
  },
  client: {
    proves: "ResumingWebSocket ends once, and keeps no more than it may, whatever a server says",
    fuzz: fuzzClient,
  },
  snapshot: {
    proves: "snapshot() refuses what is no request, and fails in no other way",
    fuzz: fuzzSnapshot,
  },
};
