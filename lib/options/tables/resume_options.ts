import { RESUME_BYTES } from "../../base/limits.ts";
import type { Option } from "../option.ts";

/** Options of connections that survive what carries them, which a route may have in place of the server. */
export const RESUME = [
  {
    name: "resume",
    kind: "duration",
    value: "TIME",
    default: 0,
    // More would not fit the timers, and is nothing that anybody waits for.
    most: 86_400_000,
    group: "Messages",
    doc:
      "Keep a connection that broke for so long, with its program and output, for a client that can come back (stdws.resume.v1): ms, or 60s, 5m, 1h; 0 means never",
    flag: {},
  },
  {
    name: "resumebytes",
    as: "resumeBytes",
    kind: "size",
    value: "SIZE",
    default: RESUME_BYTES,
    // With less, each side would wait for the other's acknowledgements.
    least: 16_384,
    group: "Messages",
    doc:
      "Keep so much for a client that resume waits for, sent and not acknowledged; then its program waits, and of what others send it the oldest is dropped",
    flag: {},
  },
] as const satisfies readonly Option[];
