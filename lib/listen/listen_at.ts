import { ListenError, messageOf } from "../base/errors.ts";
import { addressFault, inBrackets, withoutBrackets } from "../base/host.ts";
import type { Bound, Credentials, Engine } from "./engine.ts";

/** A TCP port of an address that is listened on. */
export interface BoundPort extends Bound {
  /** The host as a client on this machine names it, and the port. */
  readonly host: string;
}

/**
 * Listens on a TCP port.
 *
 * @param address A name or an IP address, IPv6 with or without brackets; undefined is all interfaces.
 * @throws {ListenError} If it cannot.
 */
export async function listenAt(
  engine: Engine,
  address: string | undefined,
  port: number,
  credentials: Credentials | undefined,
): Promise<BoundPort> {
  if (address === undefined) return await listenEverywhere(engine, port, credentials);
  const hostname = withoutBrackets(address);
  const fault = addressFault(address);
  if (fault) throw new ListenError(fault);
  let bound;
  try {
    bound = await engine.listen({ hostname, port }, credentials);
  } catch (cause) {
    throw new ListenError(
      `Cannot listen on ${inBrackets(hostname)}:${port}: ${reasonOfPort(cause)}`,
      { cause },
    );
  }
  return { ...bound, host: shownHost(hostname, bound.port) };
}

/** The host and port of an address, at which somebody on this machine can connect. */
export function shownHost(hostname: string, port: number): string {
  const isAny = hostname === "::" || hostname === "0.0.0.0";
  return `${isAny ? "localhost" : inBrackets(hostname)}:${port}`;
}

async function listenEverywhere(
  engine: Engine,
  port: number,
  credentials: Credentials | undefined,
): Promise<BoundPort> {
  // On Windows a socket for IPv6 does not take IPv4.
  const v4 = () => listenAt(engine, "0.0.0.0", port, credentials);
  if (Deno.build.os === "windows") return await v4();
  try {
    return await listenAt(engine, "::", port, credentials);
  } catch (error) {
    // Where there is no IPv6 the other kind is all there is.
    if (codeOf((error as Error).cause) === "EADDRINUSE") throw error;
    return await v4();
  }
}

/** Why a place cannot be listened on, whichever engine says so. */
export function reasonOf(error: unknown): string {
  return codeOf(error) === "EADDRINUSE" ? "another server is using it" : messageOf(error);
}

function reasonOfPort(error: unknown): string {
  switch (codeOf(error)) {
    case "EADDRNOTAVAIL":
    // What node:net makes of it in Deno 2.9.
    case "EINVAL":
      return "this machine has no such address";
    case "EACCES":
      return "that needs root or another port (below 1024)";
  }
  return reasonOf(error);
}

function codeOf(error: unknown): string | undefined {
  if (error instanceof Deno.errors.AddrInUse) return "EADDRINUSE";
  if (error instanceof Deno.errors.AddrNotAvailable) return "EADDRNOTAVAIL";
  if (error instanceof Deno.errors.PermissionDenied) return "EACCES";
  return (error as { code?: string } | undefined)?.code;
}
