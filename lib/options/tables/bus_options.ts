import type { Option } from "../option.ts";

/** The option of what joins a server with others. */
export const BUS = [
  {
    name: "bus",
    kind: "bus",
    value: "ENGINE",
    unset: "local with --workers, otherwise off",
    group: "Servers",
    doc:
      "Join rooms, shared programs and sessions of several servers by redis://HOST:PORT, or a URL like it in file:PATH; local joins those of --workers, off leaves each for itself",
  },
] as const satisfies readonly Option[];
