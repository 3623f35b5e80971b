/** Whether a request asks for a WebSocket: `Upgrade: websocket` and `upgrade` in `Connection`. */
export function isUpgrade(headers: Headers): boolean {
  return headers.get("upgrade")?.toLowerCase() === "websocket" &&
    /(?:^|[,\s])upgrade(?:$|[,\s])/i.test(headers.get("connection") ?? "");
}
