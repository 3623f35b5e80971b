import type * as Api from "npm:@opentelemetry/api@1.10.0";
import { NAME, VERSION } from "../version.ts";

/** OpenTelemetry, where somebody gathers traces. */
export interface Tracing {
  readonly api: typeof Api;
  readonly tracer: Api.Tracer;
}

let tracing: Tracing | undefined;

/** The key under which a runtime or a program says who gathers what OpenTelemetry's API is told. */
const REGISTERED = Symbol.for("opentelemetry.js.api.1");

/**
 * Finds out whether somebody gathers traces, as the runtime does with `OTEL_DENO=true`; only then the API of
 * OpenTelemetry is loaded.
 */
export async function loadTracing(): Promise<void> {
  const registered = (globalThis as { [REGISTERED]?: { trace?: unknown } })[REGISTERED];
  if (tracing || !registered?.trace) return;
  const api = await import("npm:@opentelemetry/api@1.10.0");
  tracing = { api, tracer: api.trace.getTracer(NAME, VERSION) };
}

/** OpenTelemetry; undefined where nobody gathers traces, or has not when that was found out. */
export function activeTracing(): Tracing | undefined {
  return tracing;
}
