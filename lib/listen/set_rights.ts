import { ListenError, messageOf } from "../base/errors.ts";
import type { SocketFile } from "./engine.ts";

/**
 * Gives a Unix socket to its owner, and then opens it to those who may connect: in this order, so that nobody
 * has more than its permissions, not even for a moment.
 *
 * @throws {ListenError} If that is not permitted.
 */
export function setRights({ path, mode, owner }: SocketFile): void {
  try {
    if (owner) Deno.chownSync(path, owner.uid, owner.gid);
  } catch (cause) {
    const why = cause instanceof Deno.errors.PermissionDenied
      ? "only root can, and to a group its members"
      : messageOf(cause);
    throw new ListenError(`Cannot give "${path}" to ${owner?.name}: ${why}`, { cause });
  }
  try {
    if (mode !== undefined) Deno.chmodSync(path, mode);
  } catch (cause) {
    throw new ListenError(`Cannot set the mode of "${path}": ${messageOf(cause)}`, { cause });
  }
}
