import type { Option } from "../../options/option.ts";

/** Options for processes that wait for their clients. */
export interface WarmOptions {
  /** Processes that wait for clients, each started before its client; default 0. */
  readonly warm?: number;
  /** Milliseconds that one waits until another takes its place; 0 or Infinity means any time; default one hour. */
  readonly warmIdle?: number;
  /** Whether the first line of a process's input says who has come; default false. */
  readonly hello?: boolean;
}

/** Milliseconds that one waits where nobody says anything else: what it holds, others may have let go by then. */
export const WARM_IDLE = 3_600_000;

/** The options of {@linkcode WarmOptions}. */
export const WARM = [
  {
    name: "warm",
    kind: "number",
    value: "N",
    most: 1_000,
    group: "Process",
    reload: "route",
    doc: "Processes that wait for clients, each started before its client comes",
    flag: { unset: "none" },
  },
  {
    name: "warmidle",
    as: "warmIdle",
    kind: "duration",
    value: "TIME",
    group: "Process",
    reload: "route",
    doc:
      "How long a process of warm waits for a client until another takes its place: ms, or 30s, 5m, 1h; 0 and forever mean any time",
    flag: { unset: "1h" },
  },
  {
    name: "hello",
    kind: "boolean",
    group: "Process",
    reload: "route",
    doc: "Whether the first line of a program's input is JSON that says who has come",
    flag: {
      unset: "false",
      doc: "Have the first line of a program's input say in JSON who has come",
    },
  },
] as const satisfies readonly Option[];
