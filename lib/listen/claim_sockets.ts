import { ListenError, messageOf } from "../base/errors.ts";
import { Libc } from "../base/libc.ts";
import { type InheritedSocket, inheritedText } from "./inherited_socket.ts";

/**
 * Keeps programs from inheriting these sockets as well: one that outlives the server would hold them, and could take
 * connections. To be called before anything is started.
 *
 * @throws {ListenError} If that cannot be done.
 */
export function claimSockets(sockets: readonly InheritedSocket[] = []): void {
  for (const socket of sockets) {
    try {
      using libc = new Libc();
      libc.keepFromPrograms(socket.fd);
    } catch (cause) {
      const what = `Cannot keep programs from inheriting ${inheritedText(socket)}`;
      throw new ListenError(`${what}: ${messageOf(cause)}`, { cause });
    }
  }
}
