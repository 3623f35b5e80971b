import { ListenError, messageOf } from "../base/errors.ts";

/** Where a server listens. */
export interface ListenOptions {
  /** TCP port of every address; 0 takes a free one; default 80. */
  readonly port?: number;
  /** Host names or IP addresses, IPv6 with or without brackets; default: all interfaces. */
  readonly addresses?: readonly string[];
}

/** One address that is listened on. */
export interface Listener {
  /** As a client on this machine reaches it, `ws://host:port/`. */
  readonly url: string;
  /** Accepts nothing more; resolves when all answers are out. */
  shutdown(): Promise<void>;
}

/**
 * Listens on every address.
 *
 * @throws {ListenError} If one of them cannot be listened on; then none is.
 */
export function listen(options: ListenOptions, handler: Deno.ServeHandler): Listener[] {
  const { port = 80, addresses = [] } = options;
  if (addresses.length === 0) return [listenEverywhere(port, handler)];
  const listeners: Listener[] = [];
  try {
    for (const address of addresses) {
      listeners.push(listenOn(address.replace(/^\[(.*)\]$/, "$1"), port, handler));
    }
  } catch (error) {
    for (const listener of listeners) listener.shutdown();
    throw error;
  }
  return listeners;
}

function listenEverywhere(port: number, handler: Deno.ServeHandler): Listener {
  // On Windows a socket for IPv6 does not take IPv4.
  if (Deno.build.os === "windows") return listenOn("0.0.0.0", port, handler);
  try {
    return listenOn("::", port, handler);
  } catch (error) {
    // Where there is no IPv6 the other kind is all there is.
    if ((error as Error).cause instanceof Deno.errors.AddrInUse) throw error;
    return listenOn("0.0.0.0", port, handler);
  }
}

function listenOn(hostname: string, port: number, handler: Deno.ServeHandler): Listener {
  const name = hostname.includes(":") ? `[${hostname}]` : hostname;
  try {
    const server = Deno.serve({ hostname, port, onListen() {} }, handler);
    const host = hostname === "::" || hostname === "0.0.0.0" ? "localhost" : name;
    return {
      url: `ws://${host}:${server.addr.port}/`,
      shutdown: () => server.shutdown(),
    };
  } catch (cause) {
    throw new ListenError(`Cannot listen on ${name}:${port}: ${reasonOf(cause)}`, { cause });
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.AddrInUse) return "another server is using it";
  if (error instanceof Deno.errors.AddrNotAvailable) return "this machine has no such address";
  if (error instanceof Deno.errors.PermissionDenied) {
    return "that needs root or another port (below 1024)";
  }
  return messageOf(error);
}
