/** Variables that the server itself sets, or that decide what a program is, loads or runs, whatever it is meant to do. */
const OWN =
  /^(?:AUTH_TYPE|CONTENT_.*|GATEWAY_INTERFACE|HTTPS?|HTTP_.*|PATH_.*|QUERY_STRING|REMOTE_(?:ADDR|HOST|IDENT|PORT|USER)|REQUEST_.*|SCRIPT_.*|SERVER_.*|SSL_.*|STDWS_.*|UNIQUE_ID|WEBSOCKET_.*|TRACEPARENT|TRACESTATE)$/;
const LOADERS =
  /^(?:PATH|HOME|SHELL|IFS|CDPATH|ENV|BASH.*|SHELLOPTS|PS4|PROMPT_COMMAND|TMPDIR|LD_.*|DYLD_.*|GCONV_PATH|LOCPATH|PERL.*|PYTHON.*|RUBY.*|NODE_.*|DENO_.*|JAVA_.*|JDK_.*|PHPRC|PHP_.*|GIT_.*)$/;

/**
 * Says why a variable may not be set for a program by whoever has looked at its request, such as a guard.
 *
 * @returns undefined where it may.
 */
export function variableFault(name: string): string | undefined {
  if (!/^[A-Z_][A-Z0-9_]*$/.test(name)) {
    return "a name is of capital letters, digits and underscores, as TENANT_ID";
  }
  if (OWN.test(name)) return "it is the server's own to say";
  return LOADERS.test(name) ? "it decides what programs are run" : undefined;
}
