import { splitHostPort } from "../base/host.ts";
import type { IncomingRequest } from "../base/request.ts";
import {
  type TraceContext,
  traceContextOf,
  traceVariables,
} from "../base/tracing/trace_context.ts";
import { SERVER_SOFTWARE } from "../base/version.ts";
import { paramsOf, paramVariable } from "./placeholders.ts";

/** Options of {@linkcode environment}: what a process is told beside the request itself. */
export interface EnvironmentOptions {
  /** `SCRIPT_NAME`: `/`, or the path of the program below the folder that is served. */
  readonly scriptName: string;
  /** `PATH_INFO`: the rest of the path. */
  readonly pathInfo: string;
  /** Variables of the server that the process inherits. */
  readonly inherited: Readonly<Record<string, string>>;
  /** Variables of its own, which stand above all others. */
  readonly own?: Readonly<Record<string, string>>;
  /** The place of the process in a trace; default: that of the request, where it has one. */
  readonly trace?: TraceContext | undefined;
}

/** The variables of a process: CGI/1.1 (RFC 3875 §4.1) and what websocketd adds to it. */
export function environment(
  request: IncomingRequest,
  options: EnvironmentOptions,
): Record<string, string> {
  const { scriptName } = options;
  const server = splitHostPort(request.host, request.secure);
  const trace = options.trace ?? traceContextOf(request.headers);
  const variables: Record<string, string> = {
    SERVER_SOFTWARE,
    ...options.inherited,
    REMOTE_ADDR: request.remote.address,
    REMOTE_HOST: request.remote.host,
    // An IPv6 address in brackets (RFC 3875 §4.1.14).
    SERVER_NAME: server?.host.replace(/^.*:.*$/, "[$&]") ?? "",
    SERVER_PORT: server?.port ?? "",
    SERVER_PROTOCOL: "HTTP/1.1",
    GATEWAY_INTERFACE: "CGI/1.1",
    REQUEST_METHOD: request.method,
    SCRIPT_NAME: request.basePath + (request.basePath && scriptName === "/" ? "" : scriptName),
    PATH_INFO: options.pathInfo,
    PATH_TRANSLATED: request.path,
    QUERY_STRING: request.query,
    // Always there, so that nothing of these names can leak in from the server's own environment.
    AUTH_TYPE: request.authType,
    CONTENT_LENGTH: "",
    CONTENT_TYPE: "",
    REMOTE_IDENT: "",
    REMOTE_USER: request.user || request.subject,
    UNIQUE_ID: request.id,
    REMOTE_PORT: request.remote.port,
    REQUEST_URI: request.basePath + request.target,
  };
  if (request.secure) variables.HTTPS = "on";
  if (request.subject) variables.SSL_CLIENT_S_DN = request.subject;
  if (request.subprotocol) variables.WEBSOCKET_SUBPROTOCOL = request.subprotocol;
  Object.assign(
    variables,
    headerVariables(request.headers),
    traceVariables(trace),
    request.variables,
  );
  for (const [name, value] of Object.entries(variables)) variables[name] = clean(value);
  // As they are, lines and spaces included.
  Object.assign(variables, paramVariables(request), options.own);
  // What a process leaves behind is found by it.
  variables.UNIQUE_ID = request.id;
  return variables;
}

function headerVariables(headers: Headers): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [header, value] of headers) {
    // A client must not choose the proxy of the programs that a process starts (httpoxy, CVE-2016-5385),
    if (header === "proxy") continue;
    // nor stand in for a header that a proxy has set, by a name that becomes the same variable.
    if (header.includes("_") && headers.has(header.replaceAll("_", "-"))) continue;
    const name = `HTTP_${header.toUpperCase().replaceAll("-", "_")}`;
    const before = variables[name];
    // The runtime has joined what is repeated, except Set-Cookie.
    variables[name] = (before === undefined ? "" : `${before}, `) + fromBytes(value);
  }
  return variables;
}

/** `STDWS_PARAM_NAME` for each parameter of the query, and of the route, which stands above the query. */
function paramVariables({ query, params }: IncomingRequest): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const source of [params, paramsOf(query)]) {
    // Of those with the same name the first.
    for (const [name, value] of Object.entries(source)) variables[paramVariable(name)] ??= value;
  }
  return variables;
}

/**
 * The variables of the server that a process inherits.
 *
 * @param names Names that may pass; `HTTPS` never does, and an empty variable is dropped.
 */
export function inherit(
  names: readonly string[],
  get: (name: string) => string | undefined,
): Record<string, string> {
  const inherited: Record<string, string> = {};
  for (const name of names) {
    const value = name === "" || name === "HTTPS" ? "" : clean(get(name) ?? "");
    if (value !== "") inherited[name] = value;
  }
  return inherited;
}

/** The variables that pass unless `--passenv` says otherwise: what a program needs to be found and run. */
export function defaultPassEnv(os: typeof Deno.build.os): readonly string[] {
  if (os === "windows") return ["PATH", "SystemRoot", "COMSPEC", "PATHEXT", "WINDIR"];
  if (os === "darwin") return ["PATH", "DYLD_LIBRARY_PATH"];
  return ["PATH", "LD_LIBRARY_PATH"];
}

/** A header arrives with a character for each byte; a program expects UTF-8, which it mostly is. */
export function fromBytes(value: string): string {
  if (!/[\x80-\xff]/.test(value)) return value;
  try {
    return strict.decode(Uint8Array.from(value, (char) => char.charCodeAt(0)));
  } catch {
    // Then it is the Latin-1 that HTTP once meant.
    return value;
  }
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * A value as it may be in a variable: without a NUL, without what ends a line for any program, and without space
 * around it.
 */
export function clean(value: string): string {
  // Most values are plain: a look is cheaper than a replacement.
  if (/^[!-~](?:[ -~]*[!-~])?$/.test(value)) return value;
  // deno-lint-ignore no-control-regex -- control characters are what it is about
  return value.replace(/\r\n|[\0\n-\r\x1c-\x1e\x85\u2028\u2029]/g, " ").trim();
}
