import { MAX_FRAME_SIZE } from "../../base/limits.ts";
import type { Option } from "../option.ts";

// More than a day in ms would not fit the timers.
const DAY = 86_400_000;

/** Other names of two framings, which websocketd has. */
export const OLD_FRAMINGS = [
  {
    name: "binary",
    kind: "boolean",
    default: false,
    client: true,
    group: "Messages",
    standsFor: "framing",
    reload: "route",
    doc: "Binary messages: output as it comes, input as it is, no lines; with --connect, too",
  },
  {
    name: "passstderr",
    kind: "boolean",
    default: false,
    group: "Messages",
    standsFor: "framing",
    reload: "route",
    doc: `Send lines of stdout and stderr as {"stream":"stdout","data":"…"}`,
  },
] as const satisfies readonly Option[];

/** The framing that each of these is. */
export const FRAMING_OF = { binary: "binary", passstderr: "streams" } as const satisfies Record<
  (typeof OLD_FRAMINGS)[number]["name"],
  string
>;

/** Options of messages, which a route may have in place of the server. */
export const MESSAGES = [
  {
    name: "http",
    kind: "boolean",
    default: false,
    group: "Messages",
    doc:
      "Serve clients without a WebSocket, too: GET as server-sent events or, with ?stream, as lines, and POST",
    flag: {},
  },
  {
    name: "maxframesize",
    as: "maxFrameSize",
    kind: "number",
    value: "BYTES",
    unit: "bytes",
    default: MAX_FRAME_SIZE,
    group: "Messages",
    doc: "Close a WebSocket with 1009 on a larger message; 0 means no limit",
    flag: {},
  },
  {
    name: "pingms",
    as: "pingMs",
    kind: "number",
    value: "MS",
    unit: "ms",
    default: 0,
    most: DAY,
    group: "Messages",
    doc:
      "Ping a WebSocket at this interval, drop a client that is silent for twice that; 0 means never",
    flag: {},
  },
  {
    name: "lingerms",
    as: "lingerMs",
    kind: "number",
    value: "MS",
    unit: "ms",
    default: 0,
    most: DAY,
    group: "Messages",
    doc:
      "Drop a client that takes nothing for so long of what waits for it while its connection is closing; 0 means never",
    flag: {},
  },
  {
    name: "compress",
    kind: "boolean",
    default: false,
    client: true,
    group: "Messages",
    doc:
      "Compress the messages of clients that offer it (permessage-deflate); not with --engine=native",
    flag: {
      doc:
        "Compress the messages of clients that offer it (permessage-deflate); not with --engine=native; with --connect, offer it",
    },
  },
  {
    name: "compressmin",
    as: "compressMin",
    kind: "number",
    value: "BYTES",
    unit: "bytes",
    unset: "256, with compresscontext 32",
    group: "Messages",
    doc: "Compress only messages to the client that have so many bytes",
    flag: { unset: "256, with --compresscontext 32" },
  },
  {
    name: "compressbits",
    as: "compressBits",
    kind: "number",
    value: "N",
    default: 15,
    least: 9,
    most: 15,
    group: "Messages",
    doc: "Compress in a window of 2^N bytes",
    flag: {},
  },
  {
    name: "compresscontext",
    as: "compressContext",
    kind: "boolean",
    default: false,
    group: "Messages",
    doc:
      "Let messages refer to those before them: short ones get much shorter, for the memory of two windows for each connection",
    flag: {},
  },
] as const satisfies readonly Option[];
