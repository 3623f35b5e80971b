import type { Option } from "../option.ts";

/** The option of what becomes of connections while the servers on a bus are apart, which a route may have in place of the server. */
export const AWAY = [
  {
    name: "away",
    kind: "choice",
    choices: ["local", "close"],
    default: "local",
    group: "Messages",
    doc:
      "While other servers cannot be reached: rooms go on with those who are here, or whoever is in one, or has a shared process, is closed with 1013, and new ones get 503",
    flag: { value: "HOW" },
  },
] as const satisfies readonly Option[];
