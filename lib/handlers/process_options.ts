import { MAX_FORKS, STDERR_RATE } from "../base/limits.ts";
import { Permits } from "../base/permits.ts";
import type { Framing } from "../codec/codecs.ts";
import type { Mismatch } from "../codec/mismatch.ts";
import type { Option } from "../options/option.ts";
import { defaultPassEnv } from "../process/environment.ts";
import type { RestraintOptions } from "../process/restraint.ts";
import type { Orphans } from "../process/tree.ts";
import type { Unbuffer } from "../process/unbuffer/unbuffer.ts";
import { INPUT_QUEUE } from "./talk_options.ts";

/** Options for starting processes and talking to them. */
export interface ProcessOptions extends RestraintOptions {
  /** The framing, by which output becomes messages; default `lines`. */
  readonly framing?: Framing;
  /** The policy for programs that keep their output back; default `auto`, which leaves `binary` as it is. */
  readonly unbuffer?: Unbuffer;
  /** The policy for messages of the kind that the framing does not take; default `ignore`. */
  readonly mismatch?: Mismatch;
  /** Names of the server's variables that a process inherits; default: what finds and runs programs. */
  readonly passEnv?: readonly string[];
  /** Milliseconds added to each step of ending a process; default 0. */
  readonly closeMs?: number;
  /** Bytes of input that may wait for a process; default 16 MiB. */
  readonly maxQueue?: number;
  /** Bytes of stderr of each process that go to the log in a second; 0 means no limit; default 1 MB. */
  readonly stderrRate?: number;
  /** Milliseconds that a process may run, beyond that close with 4124; 0 or Infinity means no limit; default 0. */
  readonly timeout?: number;
  /** Permits for processes at once; shared by the handlers that have the same. Default 1024. */
  readonly forks?: Permits;
  /** The folder that processes run in; default: the server's. */
  readonly cwd?: string;
  /** The fate of the processes that a program leaves behind; default: they are ended with it. */
  readonly orphans?: Orphans;
  /** Variables that processes get beside all others. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Whether `{name:pattern}` in the arguments stands for a parameter of the route, or else of the query, which
   * has to match the pattern, and behind `--` also `{name}`, which may be anything; default false.
   */
  readonly placeholders?: boolean;
  /** Whether `{name}` may be anywhere in the arguments, also where a client can run anything; default false. */
  readonly unsafe?: boolean;
}

/** The options of every handler that starts programs. */
export const PROCESS_OPTIONS = [
  {
    name: "cwd",
    kind: "text",
    value: "DIR",
    unset: "the server's",
    doc: "The folder that programs run in",
  },
  {
    name: "env",
    kind: "variables",
    value: "NAME=VALUE",
    doc: "A variable for programs; repeatable",
  },
  {
    name: "passenv",
    as: "passEnv",
    kind: "names",
    value: "A,B",
    default: defaultPassEnv(Deno.build.os),
    group: "Process",
    reload: "route",
    doc: "Variables of the server that programs inherit",
    flag: { doc: "Variables of the server that a process inherits" },
  },
  {
    name: "maxforks",
    as: "maxForks",
    kind: "number",
    value: "N",
    default: MAX_FORKS,
    unset: "those of --maxforks, together",
    group: "Process",
    together: true,
    doc: "Processes of this route alone at once, beyond that HTTP 429; 0 means no limit",
    flag: {
      least: -Infinity,
      doc: "Processes at once, beyond that HTTP 429; 0 or less means no limit",
    },
  },
  {
    ...INPUT_QUEUE,
    group: "Process",
    reload: "route",
    doc:
      "A client's input that may wait for a program that does not read, beyond that close with 1013 where the client cannot be held back",
    flag: {
      doc:
        "Input that may wait for a process or TCP service that does not read, beyond that close with 1013 where the client cannot be held back",
    },
  },
  {
    name: "closems",
    as: "closeMs",
    kind: "number",
    value: "MS",
    unit: "ms",
    most: 86_400_000,
    default: 0,
    group: "Process",
    reload: "route",
    doc: "Added to each wait between closing a program's input, SIGINT, SIGTERM and SIGKILL",
    flag: {
      doc: "Added to each wait between closing a process's input, SIGINT, SIGTERM and SIGKILL",
    },
  },
  {
    name: "timeout",
    kind: "duration",
    value: "TIME",
    group: "Process",
    reload: "route",
    doc:
      "The longest that a program may run: ms, or 30s, 5m, 1h; then it is ended, and its client gets 4124 or HTTP 504; 0 means no limit",
    flag: { unset: "no limit" },
  },
  {
    name: "memory",
    kind: "size",
    value: "SIZE",
    group: "Process",
    reload: "route",
    doc:
      "Address space of each process of a program (RLIMIT_AS): bytes, or 64K, 512M, 2G; 0 means no limit",
    flag: { unset: "no limit" },
  },
  {
    name: "cpu",
    kind: "number",
    value: "SECONDS",
    unit: "s",
    most: 86_400_000,
    group: "Process",
    reload: "route",
    doc:
      "Processor time of each process of a program (RLIMIT_CPU): SIGXCPU, one second later SIGKILL; 0 means no limit",
    flag: { unset: "no limit" },
  },
  {
    name: "nice",
    kind: "number",
    value: "N",
    most: 19,
    group: "Process",
    reload: "route",
    doc: "How much lower than the server's the priority of programs is, 0 to 19",
    flag: { unset: "0" },
  },
  {
    name: "user",
    kind: "text",
    value: "USER",
    group: "Process",
    reload: "route",
    doc: "Run programs as this user, by name or number, where the server is root",
    flag: { unset: "the server's" },
  },
  {
    name: "group",
    kind: "text",
    value: "GROUP",
    group: "Process",
    reload: "route",
    doc: "The only group that programs are in, where they have a user",
    flag: { unset: "that of the user" },
  },
  {
    name: "stderr-rate",
    as: "stderrRate",
    kind: "number",
    value: "BYTES",
    unit: "bytes",
    default: STDERR_RATE,
    group: "Process",
    reload: "route",
    doc:
      "Stderr of each program that goes to the log in a second; lines beyond are counted; 0 means no limit",
    flag: {
      doc:
        "Stderr of each process that goes to the log in a second; lines beyond are counted; 0 means no limit",
    },
  },
  {
    name: "orphans",
    kind: "choice",
    choices: ["end", "keep"],
    default: "end",
    doc: "Whether what a program has started and left behind is ended with it, or may live on",
  },
] as const satisfies readonly Option[];

/** The options that CGI scripts have of these: they run in their own folder and talk as CGI says. */
export const CGI_OPTIONS = PROCESS_OPTIONS.filter(
  (option): option is Exclude<typeof option, { name: "cwd" | "maxqueue" }> =>
    option.name !== "cwd" && option.name !== "maxqueue",
);

/** The option of whether placeholders may stand anywhere. */
export const UNSAFE = {
  name: "unsafe",
  kind: "boolean",
  default: false,
  doc:
    "Whether {name} may stand anywhere in the words, also where a client can run anything with it",
} as const satisfies Option;

/** Turns what a route says of its processes into what the handlers take. */
export function processOptionsOf<T extends { readonly maxForks?: number }>(
  { maxForks, ...options }: T,
): Omit<T, "maxForks"> & { readonly forks?: Permits } {
  return maxForks === undefined ? options : { ...options, forks: new Permits(maxForks) };
}
