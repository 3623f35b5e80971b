import { RECORD_KEEP, RECORD_SIZE } from "../../base/limits.ts";
import type { Option } from "../option.ts";

/** The word of `record` for a route that is not recorded, whatever the server says. */
export const NOT_RECORDED = "none";

/** Options of what is kept of connections, which a route may have in place of the server. */
export const RECORDING = [
  {
    name: "record",
    kind: "text",
    value: "DIR",
    group: "Messages",
    doc:
      "Keep the messages of each WebSocket, both ways and with their times, in a file of its own in this folder; none: of this route nothing",
    flag: {
      unset: "nothing is kept",
      doc:
        "Keep the messages of each WebSocket, both ways and with their times, in a file of its own in this folder",
    },
  },
  {
    name: "recordsize",
    as: "recordSize",
    kind: "size",
    value: "SIZE",
    default: RECORD_SIZE,
    group: "Messages",
    doc: "Bytes of one recording: what comes later is counted in its end; 0 means no limit",
    flag: {},
  },
  {
    name: "recordkeep",
    as: "recordKeep",
    kind: "number",
    value: "N",
    default: RECORD_KEEP,
    group: "Messages",
    doc: "Recordings in the folder, beyond that the oldest are deleted; 0 means no limit",
    flag: {},
  },
] as const satisfies readonly Option[];
