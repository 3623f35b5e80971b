/**
 * Whether a request asks for a WebSocket: `websocket` among the protocols of `Upgrade`, without a version, and
 * `upgrade` in `Connection`, both in any case (RFC 6455 §4.2.1). Either may be repeated.
 */
export function isUpgrade(headers: Pick<Headers, "get">): boolean {
  return /(?:^|,)[ \t]*websocket[ \t]*(?:$|,)/i.test(headers.get("upgrade") ?? "") &&
    /(?:^|[,\s])upgrade(?:$|[,\s])/i.test(headers.get("connection") ?? "");
}
