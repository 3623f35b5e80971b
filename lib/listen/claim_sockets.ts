import { ListenError, messageOf } from "../base/errors.ts";
import type { EngineOptions } from "./choose_engine.ts";
import { Libc } from "../base/libc.ts";
import { inheritedText } from "./inherited_socket.ts";

/**
 * Keeps programs from inheriting these sockets as well: one that outlives the server would hold them, and could take
 * connections. To be called before anything is started.
 *
 * @throws {ListenError} If that cannot be done.
 */
export function claimSockets(
  { sockets = [], held = [] }: Pick<EngineOptions, "sockets" | "held">,
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
