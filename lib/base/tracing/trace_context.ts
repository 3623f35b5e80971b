/** The place in a trace of whoever is called: its caller, in the form of W3C Trace Context. */
export interface TraceContext {
  /** Trace, caller and flags: `00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01`. */
  readonly traceparent: string;
  /** Words of tracing systems on the way to each other; empty where there is nothing. */
  readonly tracestate: string;
}

const PARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const STATE =
  /^[a-z0-9][a-z0-9_\-*/@]{0,255}=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

/** Characters of `tracestate` that are passed on: as much as the standard asks for at least. */
const STATE_LENGTH = 512;

/** Entries that `tracestate` may have. */
const STATE_ENTRIES = 32;

/**
 * The context that a request was sent in (W3C Trace Context, level 1, §3).
 *
 * @returns undefined where it says none, or what it says is malformed.
 */
export function traceContextOf(headers: Pick<Headers, "get">): TraceContext | undefined {
  const [, version, trace = "", parent = "", flags, rest] =
    PARENT.exec(headers.get("traceparent") ?? "") ?? [];
  // All versions but the last one have at least what this one has.
  if (version === undefined || version === "ff" || version === "00" && rest) return undefined;
  if (/^0*$/.test(trace) || /^0*$/.test(parent)) return undefined;
  const tracestate = checkedState(headers.get("tracestate") ?? "");
  return { traceparent: `00-${trace}-${parent}-${flags}`, tracestate };
}

/** All of it, or nothing (§3.3.1.4). */
function checkedState(state: string): string {
  const entries = state.split(",").map((entry) => entry.trim()).filter((entry) => entry !== "");
  const isGood = entries.length <= STATE_ENTRIES && entries.every((entry) => STATE.test(entry));
  const text = entries.join(",");
  return isGood && text.length <= STATE_LENGTH ? text : "";
}

/** The variables by which a process learns its place in a trace, as OpenTelemetry names them. */
export function traceVariables(context: TraceContext | undefined): Record<string, string> {
  if (!context) return {};
  const { traceparent, tracestate } = context;
  return { TRACEPARENT: traceparent, ...(tracestate ? { TRACESTATE: tracestate } : {}) };
}
