import { ListenError, messageOf } from "../base/errors.ts";
import { Libc } from "../base/libc.ts";
import type { HeldPlace } from "./held_place.ts";
import { type InheritedSocket, inheritedText } from "./inherited_socket.ts";

/** Listening sockets that this process was started with. */
export interface Claimed {
  /** Sockets of a service manager. */
  readonly sockets?: readonly InheritedSocket[];
  /** Sockets of a parent. */
  readonly held?: readonly HeldPlace[];
}

/**
 * Keeps programs from inheriting these sockets as well: one that outlives the server would hold them, and could take
 * connections. To be called before anything is started.
 *
 * @throws {ListenError} If that cannot be done.
 */
export function claimSockets(
  { sockets = [], held = [] }: Claimed,
): void {
  const places = held.flatMap(({ fd }) => fd === undefined ? [] : { fd, name: "worker" });
  for (const socket of [...sockets, ...places]) {
    try {
      using libc = new Libc();
      libc.keepFromPrograms(socket.fd);
    } catch (cause) {
      const what = `Cannot keep programs from inheriting ${inheritedText(socket)}`;
      throw new ListenError(`${what}: ${messageOf(cause)}`, { cause });
    }
  }
}
