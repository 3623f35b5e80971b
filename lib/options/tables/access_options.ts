import { ACCEPT_TIMEOUT } from "../../base/limits.ts";
import { AUTHS } from "../auths.ts";
import type { Option } from "../option.ts";

// More than a day in ms would not fit the timers.
const DAY = 86_400_000;

/** Options of who may come in, which a route may have in place of the server. */
export const ACCESS = [
  {
    name: "auth",
    kind: "auths",
    value: "KIND:…",
    repeat: true,
    group: "Access",
    doc:
      `Let in only who is known by ${AUTHS} for everybody; repeatable, the first that knows the client decides`,
    flag: {},
  },
  {
    name: "authpass",
    as: "authPass",
    kind: "boolean",
    default: false,
    group: "Access",
    doc: "Let handlers and programs see the password or token that auth was told",
    flag: {},
  },
  {
    name: "origin",
    as: "origins",
    kind: "origins",
    value: "LIST",
    group: "Access",
    doc:
      "Answer 403 to a WebSocket unless its Origin is one of these: [scheme://]host[:port], separated by commas; * as the host is any, as its first label one",
    flag: { empty: true },
  },
  {
    name: "subprotocol",
    as: "subprotocols",
    kind: "tokens",
    value: "A,B",
    client: true,
    unset: "those of --subprotocol",
    group: "Access",
    doc: "Agree to the first of these that the client of a WebSocket offers",
    flag: {
      value: "NAME",
      repeat: true,
      doc:
        "Agree to the first of these that the client of a WebSocket offers; with --connect, offer it; repeatable",
    },
  },
  {
    name: "acceptms",
    as: "acceptMs",
    kind: "number",
    value: "MS",
    unit: "ms",
    default: ACCEPT_TIMEOUT,
    most: DAY,
    group: "Access",
    doc:
      "Answer 504 where guards, or the handler of a WebSocket, take longer to decide about a request; 0 means no limit",
    flag: {},
  },
] as const satisfies readonly Option[];

export const SAME_ORIGIN = {
  name: "sameorigin",
  as: "sameOrigin",
  kind: "boolean",
  default: false,
  group: "Access",
  doc:
    "Answer 403 to a WebSocket when its Origin's host and port are not those of Host; the host alone where that has no port",
} as const satisfies Option;

/** Whether names of clients are looked up. */
export const REVERSE_LOOKUP = {
  name: "reverselookup",
  as: "reverseLookup",
  kind: "boolean",
  default: false,
  group: "Access",
  doc: "Look up the client's name by DNS for REMOTE_HOST",
} as const satisfies Option;
