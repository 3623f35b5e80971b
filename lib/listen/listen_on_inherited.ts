import { ListenError } from "../base/errors.ts";
import { Libc } from "../base/libc.ts";
import type { Bound, Credentials, Engine } from "./engine.ts";
import { type InheritedSocket, inheritedText } from "./inherited_socket.ts";
import { reasonOf, shownHost } from "./listen_at.ts";

/** A socket that was inherited, while it is listened on. */
export interface BoundSocket extends Bound {
  /** The host as a client on this machine names it, and the port; undefined for a Unix socket. */
  readonly host: string | undefined;
  /** The path of a Unix socket. */
  readonly path: string | undefined;
}

/**
 * Takes the connections of a socket that was inherited. The descriptor stays open as long as this process: whoever
 * has made the socket has it as well, and connections wait there while nobody takes them.
 *
 * @throws {ListenError} If it is no such socket.
 */
export async function listenOnInherited(
  engine: Engine,
  { fd, name }: InheritedSocket,
  credentials: Credentials | undefined,
): Promise<BoundSocket> {
  try {
    const path = pathOf(fd);
    const handle = path === undefined ? { fd } : { fd, unix: path };
    const bound = await engine.listen(handle, credentials);
    const { hostname = "", port } = bound;
    return { ...bound, path, host: path === undefined ? shownHost(hostname, port) : undefined };
  } catch (cause) {
    const why = reasonOf(cause);
    throw new ListenError(`Cannot listen on ${inheritedText({ fd, name })}: ${why}`, { cause });
  }
}

/** The path of a Unix socket; undefined for others. */
function pathOf(fd: number): string | undefined {
  using libc = new Libc();
  if (!libc.isListening(fd)) {
    throw new Error("it is not one that clients connect to (ListenStream=, with Accept=no)");
  }
  return libc.pathOf(fd);
}
