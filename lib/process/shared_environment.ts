import { type TraceContext, traceVariables } from "../base/tracing/trace_context.ts";
import { SERVER_SOFTWARE } from "../base/version.ts";
import { clean } from "./environment.ts";

/** Options of {@linkcode sharedEnvironment}: what a process that serves no request of its own is told. */
export interface SharedEnvironmentOptions {
  /** The `UNIQUE_ID` of the process. */
  readonly id: string;
  /** Variables of the server that it inherits. */
  readonly inherited: Readonly<Record<string, string>>;
  /** Variables of its own, which stand above all others, as they are. */
  readonly own?: Readonly<Record<string, string>>;
  /** The place of it in a trace; default: none. */
  readonly trace?: TraceContext | undefined;
}

/** The variables of a process that all clients share: none that speaks of a request. */
export function sharedEnvironment(options: SharedEnvironmentOptions): Record<string, string> {
  const { id, inherited, own, trace } = options;
  const variables: Record<string, string> = {
    SERVER_SOFTWARE,
    ...inherited,
    ...traceVariables(trace),
  };
  for (const [name, value] of Object.entries(variables)) variables[name] = clean(value);
  // Lines and spaces included.
  Object.assign(variables, own);
  // What it leaves behind is found by it.
  variables.UNIQUE_ID = id;
  return variables;
}
