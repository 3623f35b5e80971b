import type { Span } from "npm:@opentelemetry/api@1.10.0";
import type { Trace } from "./trace.ts";
import type { TraceContext } from "./trace_context.ts";
import { activeTracing } from "./tracing.ts";

/** The trace of one process. */
export interface ProcessTrace {
  /** The place in the trace of what the process does. */
  readonly context: TraceContext;
  /** Tells that it runs, by this number. */
  started(pid: number): void;
  /** Tells that it could not be started. */
  failed(error: unknown): void;
  /** Tells that it was sent a signal: how it ends is not its own doing any more. */
  signalled(): void;
  /** Tells that it has ended. */
  ended(status: Pick<Deno.CommandStatus, "code" | "signal">): void;
}

/**
 * Traces a process, by the names of OpenTelemetry's semantic conventions. Its arguments, which a client can have a part
 * in, are not told.
 *
 * @param program The path of its program.
 * @param parent The request that it is started for; default: none, as of one for all clients.
 * @returns undefined where nobody gathers traces.
 */
export function traceProcess(program: string, parent?: Trace): ProcessTrace | undefined {
  const tracing = activeTracing();
  if (!tracing) return undefined;
  const { api: { ROOT_CONTEXT, SpanKind, SpanStatusCode }, tracer } = tracing;
  const name = program.split(/[\\/]/).at(-1) ?? program;
  const span = tracer.startSpan(name, {
    kind: SpanKind.CLIENT,
    attributes: { "process.executable.name": name, "process.executable.path": program },
  }, parent?.context ?? ROOT_CONTEXT);
  let isSignalled = false;

  function end(error?: string): void {
    if (error !== undefined) {
      span.setAttribute("error.type", error);
      span.setStatus({ code: SpanStatusCode.ERROR });
    }
    span.end();
  }
  return {
    context: { traceparent: parentOf(span, parent?.flags), tracestate: parent?.tracestate ?? "" },
    started: (pid) => span.setAttribute("process.pid", pid),
    failed: (error) => end(error instanceof Error ? error.name : "Error"),
    signalled() {
      isSignalled = true;
    },
    ended({ code, signal }) {
      span.setAttribute("process.exit.code", code);
      end(code === 0 || isSignalled ? undefined : signal ?? String(code));
    },
  };
}

/** @param flags Of whoever asked: what that does not gather, nobody below it has to (W3C Trace Context, §3.2.2.5.1). */
function parentOf(span: Span, flags?: string): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  // The runtime gathers all, and says so, whatever the flags of the caller are (Deno 2.9).
  return `00-${traceId}-${spanId}-${flags ?? traceFlags.toString(16).padStart(2, "0")}`;
}
