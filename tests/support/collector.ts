/** A span as it was exported. */
export interface Span {
  readonly name: string;
  readonly kind: "internal" | "server" | "client" | "other";
  /** The instrumentation that has made it: `stdws`, or `deno` for the runtime's own. */
  readonly scope: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty where it has none. */
  readonly parentSpanId: string;
  readonly failed: boolean;
  readonly attributes: Readonly<Record<string, unknown>>;
}

interface Exported {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly {
      readonly scope: { readonly name: string };
      readonly spans: readonly ExportedSpan[];
    }[];
  }[];
}

interface ExportedSpan {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly status?: { readonly code?: number };
  readonly attributes?: readonly {
    readonly key: string;
    readonly value: Readonly<Record<string, unknown>>;
  }[];
}

const KINDS = ["other", "internal", "server", "client"] as const;

/** Takes what is exported to it by OTLP over HTTP, as JSON; a server under test sends all of it before it exits. */
export class Collector implements AsyncDisposable {
  /** All that was exported as traces, as it came. */
  text = "";
  readonly spans: Span[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor() {
    const options = { port: 0, hostname: "127.0.0.1", onListen() {} };
    this.#server = Deno.serve(options, async (request) => {
      const text = await request.text();
      if (new URL(request.url).pathname === "/v1/traces") this.#take(text);
      return new Response("{}", { headers: { "Content-Type": "application/json" } });
    });
  }

  /** The variables of a server that exports to it. */
  get env(): Record<string, string> {
    return {
      OTEL_DENO: "true",
      OTEL_DENO_CONSOLE: "ignore",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${this.#server.addr.port}`,
    };
  }

  /** The only span of which this is true. */
  one(which: (span: Span) => boolean): Span {
    const [found, ...others] = this.spans.filter(which);
    if (found && others.length === 0) return found;
    throw new Error(`not one span but ${others.length + (found ? 1 : 0)} of:\n${this.text}`);
  }

  #take(text: string): void {
    this.text += text;
    for (const { scopeSpans } of (JSON.parse(text) as Exported).resourceSpans) {
      for (const { scope, spans } of scopeSpans) {
        this.spans.push(...spans.map((span) => spanOf(span, scope.name)));
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

function spanOf(exported: ExportedSpan, scope: string): Span {
  const { name, kind, traceId, spanId, parentSpanId = "", status, attributes = [] } = exported;
  return {
    name,
    kind: KINDS[kind] ?? "other",
    scope,
    traceId,
    spanId,
    parentSpanId,
    failed: status?.code === 2,
    attributes: Object.fromEntries(
      attributes.map(({ key, value }, at) => {
        // Deno 2.9 exports an attribute that is set again twice.
        const isAgain = attributes.findIndex((other) => other.key === key) < at;
        return [isAgain ? `${key} again` : key, Object.values(value)[0]];
      }),
    ),
  };
}
