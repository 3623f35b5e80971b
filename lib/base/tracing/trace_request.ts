import type { Attributes, Context, Span } from "npm:@opentelemetry/api@1.10.0";
import type { IncomingRequest } from "../request.ts";
import { type RequestAttributes, requestAttributes } from "./request_attributes.ts";
import type { Trace, TracedEnd } from "./trace.ts";
import { traceContextOf } from "./trace_context.ts";
import { activeTracing, type Tracing } from "./tracing.ts";

/** Options of {@linkcode traceRequest}. */
export interface TraceOptions {
  /** Whether it asks for a WebSocket. */
  readonly upgrades: boolean;
  /** Of the runtime, where that has made one of the request. It ends with the answer, also where that is 101. */
  readonly span: Span | undefined;
}

/**
 * Traces a request: by a span of its own, or by that of the runtime, which learns what is known here, and of a
 * connection by a span below that.
 *
 * @returns undefined where nobody gathers traces.
 */
export function traceRequest(request: IncomingRequest, options: TraceOptions): Trace | undefined {
  const tracing = activeTracing();
  return tracing && new RequestTrace(tracing, request, options);
}

class RequestTrace implements Trace {
  readonly flags: string | undefined;
  readonly tracestate: string;
  readonly #tracing: Tracing;
  readonly #upgrades: boolean;
  readonly #attributes: RequestAttributes;
  readonly #since = Date.now();
  /** Of the runtime. */
  readonly #outer: Span | undefined;
  /** Where the request has its place. */
  readonly #around: Context;
  #span: Span | undefined;

  constructor(tracing: Tracing, request: IncomingRequest, { upgrades, span }: TraceOptions) {
    const { propagation, ROOT_CONTEXT, trace } = tracing.api;
    const caller = traceContextOf(request.headers);
    this.flags = caller?.traceparent.slice(-2);
    this.tracestate = caller?.tracestate ?? "";
    this.#tracing = tracing;
    this.#upgrades = upgrades;
    this.#attributes = requestAttributes(request);
    this.#outer = span;
    this.#around = span
      ? trace.setSpan(ROOT_CONTEXT, span)
      : propagation.extract(ROOT_CONTEXT, request.headers, GETTER);
  }

  get context(): Context {
    const hasOwn = this.#upgrades || !this.#outer;
    return hasOwn ? this.#tracing.api.trace.setSpan(this.#around, this.#own) : this.#around;
  }

  decided(route: string | undefined, status: number): void {
    const { named, others } = this.#attributes;
    const at: Attributes = route === undefined ? {} : { "http.route": route };
    const name = (what: unknown) => route === undefined ? `${what}` : `${what} ${route}`;
    // What the runtime has set already would be there twice.
    this.#outer?.setAttributes({ ...others, ...at }).updateName(name(named["http.request.method"]));
    const opens = status === 101;
    // Of a request that is refused there shall not be a second span.
    if (this.#outer && !opens) return this.#end({ "http.response.status_code": status });
    const what = this.#upgrades ? "websocket" : named["http.request.method"];
    this.#own.updateName(name(what)).setAttributes({ ...at, "http.response.status_code": status });
    if (status >= 500) this.#fail(String(status));
  }

  answered(whole: boolean): void {
    if (!whole) this.#fail("broken off");
    this.#end({});
  }

  abandoned(): void {
    this.#fail("abandoned");
    this.#end({});
  }

  closed({ code, closedBy, messagesIn, bytesIn, messagesOut, bytesOut }: TracedEnd): void {
    const isProgram = closedBy === "program" || closedBy === "service";
    if (FAILURES.includes(code) || isProgram && !ENDS.includes(code)) this.#fail(String(code));
    this.#end({
      "stdws.close.code": code,
      "stdws.closed_by": closedBy,
      "stdws.messages.in": messagesIn,
      "stdws.bytes.in": bytesIn,
      "stdws.messages.out": messagesOut,
      "stdws.bytes.out": bytesOut,
    });
  }

  /** Made where it is needed. */
  get #own(): Span {
    const { api: { SpanKind }, tracer } = this.#tracing;
    const { named, others } = this.#attributes;
    return this.#span ??= tracer.startSpan("", {
      kind: this.#outer ? SpanKind.INTERNAL : SpanKind.SERVER,
      startTime: this.#since,
      attributes: { ...named, ...others },
    }, this.#around);
  }

  #fail(type: string): void {
    this.#span?.setAttribute("error.type", type);
    this.#span?.setStatus({ code: this.#tracing.api.SpanStatusCode.ERROR });
  }

  #end(attributes: Attributes): void {
    this.#span?.setAttributes(attributes).end();
  }
}

/** Close codes that tell of no mistake. */
const ENDS = [1000, 1001, 1005];

/** Close codes that tell of a mistake which is not the client's. */
const FAILURES = [1006, 1011, 1013];

const GETTER = {
  get: (headers: Headers, name: string) => headers.get(name) ?? undefined,
  keys: (headers: Headers) => [...headers.keys()],
};
