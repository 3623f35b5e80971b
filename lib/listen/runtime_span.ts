import type { ServerResponse } from "node:http";
import type { Span } from "npm:@opentelemetry/api@1.10.0";
import { Log } from "../base/log.ts";
import { activeTracing } from "../base/tracing/tracing.ts";

/** The span that the runtime has made of a request at `Deno.serve`, where somebody gathers traces. */
export function runtimeSpan(): Span | undefined {
  return activeTracing()?.api.trace.getActiveSpan();
}

let isWarned = false;

/**
 * Says once what cannot be mended on the engine `native`: the runtime exports the whole URL, and what is set later is
 * exported beside it (Deno 2.9).
 */
export function warnOfQueries(): void {
  if (isWarned || !activeTracing()) return;
  isWarned = true;
  new Log().together(
    "info",
    "server",
    "Warning: with --engine=native the runtime exports the query of each request, and secrets in it, with its traces",
  );
}

/**
 * Has the runtime forget the span that it has made of a request at `node:http`, which tells of its query, in which
 * secrets may be, and that cannot be taken back (Deno 2.9). One that is never ended is not exported; ours takes its
 * place.
 */
export function dropRuntimeSpan(response: ServerResponse): void {
  if (!activeTracing()) return;
  const key = Object.getOwnPropertySymbols(response)
    .find(({ description }) => description === "kOtelSpan");
  if (key) delete (response as unknown as Record<symbol, unknown>)[key];
}
