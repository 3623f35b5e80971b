/** The options that say at which addresses TCP is listened on. */
export interface TcpOptions {
  readonly port?: number | undefined;
  readonly addresses?: readonly string[] | undefined;
  readonly redirectPort?: number | undefined;
  readonly unixSocket?: unknown;
  readonly sockets?: readonly unknown[] | undefined;
}

/** The addresses at which TCP is listened on; undefined is all interfaces. */
export function tcpAddresses(options: TcpOptions): readonly (string | undefined)[] {
  const { addresses = [], port, redirectPort, unixSocket, sockets = [] } = options;
  if (addresses.length > 0) return addresses;
  const alone = (unixSocket || sockets.length > 0) && port === undefined &&
    redirectPort === undefined;
  return alone ? [] : [undefined];
}
