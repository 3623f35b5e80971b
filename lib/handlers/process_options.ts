import { MAX_FORKS, MAX_QUEUE, STDERR_RATE } from "../base/limits.ts";
import { Permits } from "../base/permits.ts";
import { describeCodecs, type Framing, FRAMINGS } from "../codec/codecs.ts";
import type { Option } from "../options/option.ts";
import { defaultPassEnv } from "../process/environment.ts";
import type { Orphans } from "../process/tree.ts";

/** Options for starting processes and talking to them. */
export interface ProcessOptions {
  /** The framing, by which output becomes messages; default `lines`. */
  readonly framing?: Framing;
  /** Names of the server's variables that a process inherits; default: what finds and runs programs. */
  readonly passEnv?: readonly string[];
  /** Milliseconds added to each step of ending a process; default 0. */
  readonly closeMs?: number;
  /** Bytes of input that may wait for a process; default 16 MiB. */
  readonly maxQueue?: number;
  /** Bytes of stderr of each process that go to the log in a second; 0 means no limit; default 1 MB. */
  readonly stderrRate?: number;
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
    name: "maxqueue",
    as: "maxQueue",
    kind: "number",
    value: "BYTES",
    least: 1,
    default: MAX_QUEUE,
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
    name: "stderr-rate",
    as: "stderrRate",
    kind: "number",
    value: "BYTES",
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

/** The option of how a program talks to the one client that it has. */
export const FRAMING = {
  name: "framing",
  kind: "choice",
  choices: FRAMINGS,
  default: "lines",
  group: "Messages",
  reload: "route",
  doc: `How output becomes messages, and the reverse: ${describeCodecs(FRAMINGS)}`,
  flag: { value: "NAME", doc: `How output becomes messages: ${FRAMINGS.join(", ")}` },
} as const satisfies Option;

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
