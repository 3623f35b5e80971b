import { Permits } from "../base/permits.ts";
import type { Framing } from "../process/framing.ts";
import type { KindContext } from "./kind.ts";
import type { Option, Values } from "./option.ts";

/** How processes are started and talked to. */
export interface ProcessOptions {
  /** How output becomes messages; default `lines`. */
  readonly framing?: Framing;
  /** Names of the server's variables that a process inherits; default: what finds and runs programs. */
  readonly passEnv?: readonly string[];
  /** Milliseconds added to each step of ending a process; default 0. */
  readonly closeMs?: number;
  /** Bytes of input that may wait for a process; default 16 MiB. */
  readonly maxQueue?: number;
  /** How many may run at once; shared by the handlers that have the same. Default 1024. */
  readonly forks?: Permits;
  /** The folder that processes run in; default: the server's. */
  readonly cwd?: string;
  /** Variables that processes get beside all others. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Whether `{name}` in the arguments stands for a parameter of the route, or else of the query; default
   * false.
   */
  readonly placeholders?: boolean;
}

/** The options of every handler that starts programs. */
export const PROCESS_OPTIONS = [
  {
    name: "cwd",
    kind: "text",
    value: "DIR",
    default: "the server's",
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
    kind: "list",
    value: "A,B",
    default: "that of --passenv",
    doc: "Variables of the server that programs inherit",
  },
  {
    name: "maxforks",
    kind: "number",
    value: "N",
    default: "those of --maxforks, together",
    doc: "Processes of this route alone at once, beyond that HTTP 429; 0 means no limit",
  },
  {
    name: "maxqueue",
    kind: "number",
    value: "BYTES",
    least: 1,
    default: "that of --maxqueue",
    doc:
      "A client's input that may wait for a program that does not read, beyond that close with 1013",
  },
  {
    name: "closems",
    kind: "number",
    value: "MS",
    most: 86_400_000,
    default: "that of --closems",
    doc: "Added to each wait between closing a program's input, SIGINT, SIGTERM and SIGKILL",
  },
] as const satisfies readonly Option[];

/** Those of them that CGI scripts have, which run in their own folder and are talked to as CGI says. */
export const CGI_OPTIONS = PROCESS_OPTIONS.filter(
  (option): option is Exclude<typeof option, { name: "cwd" | "maxqueue" }> =>
    option.name !== "cwd" && option.name !== "maxqueue",
);

/** How a program of its own talks to its client. */
export const FRAMING = {
  name: "framing",
  kind: "choice",
  choices: ["lines", "binary", "streams"],
  default: "lines, or what --binary and --passstderr say",
  doc: "How output becomes messages: lines, bytes as they come, or lines of both streams as JSON",
} as const satisfies Option;

/** What a route says of its processes, as the handlers take it. */
export function processOptionsOf(
  values: Values<readonly [...typeof PROCESS_OPTIONS, typeof FRAMING]>,
  context: KindContext,
): ProcessOptions {
  const { cwd, env, passenv, maxforks, maxqueue, closems, framing } = values;
  return {
    forks: maxforks === undefined ? context.forks : new Permits(maxforks),
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env }),
    ...(passenv === undefined ? {} : { passEnv: passenv }),
    ...(maxqueue === undefined ? {} : { maxQueue: maxqueue }),
    ...(closems === undefined ? {} : { closeMs: closems }),
    ...(framing === undefined ? {} : { framing }),
  };
}
