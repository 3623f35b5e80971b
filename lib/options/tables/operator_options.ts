import { LEVELS } from "../../base/log.ts";
import type { Option } from "../option.ts";

/** Options of what is logged. */
export const LOG = [
  {
    name: "loglevel",
    as: "level",
    kind: "choice",
    value: "L",
    default: "access",
    choices: LEVELS,
    group: "Log",
    doc: `How much is logged: ${LEVELS.join(", ")}, from most to least`,
  },
  {
    name: "log-format",
    as: "format",
    kind: "choice",
    value: "F",
    default: "text",
    choices: ["text", "json"],
    group: "Log",
    doc: "text as websocketd writes it, or json: one object a line",
  },
] as const satisfies readonly Option[];

/** The place of whoever runs the server. */
export const ADMIN = [
  {
    name: "admin",
    kind: "place",
    value: "PLACE",
    group: "Admin",
    doc:
      "Serve /healthz, /readyz, /metrics and /connections at HOST:PORT, at :PORT for this machine alone, at unix:PATH, or below a /path of the server",
  },
  {
    name: "adminauth",
    kind: "auths",
    value: "KIND:…",
    repeat: true,
    group: "Admin",
    doc:
      "Let into what --admin serves, but for /healthz and /readyz, only who is known, as --auth says it; needed where strangers could get there; repeatable",
  },
] as const satisfies readonly Option[];
