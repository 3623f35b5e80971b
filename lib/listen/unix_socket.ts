import { accountId } from "../base/account_id.ts";
import { ListenError, messageOf } from "../base/errors.ts";
import { type Owner, ownerText } from "../base/owner.ts";
import type { Bound, Credentials, Engine, FileOwner, SocketFile } from "./engine.ts";
import { reasonOf } from "./listen_at.ts";
import { setRights } from "./set_rights.ts";

/** A Unix socket to listen on. */
export interface UnixSocketOptions {
  /** The socket's path. */
  readonly path: string;
  /** The socket's permissions, such as 0o660; default: what the umask leaves. */
  readonly mode?: number;
  /** User and group that the socket is given to, which takes root, or a group of one's own; default: it stays the server's. */
  readonly owner?: Owner;
}

/**
 * Listens on a Unix socket: in place of one that a server left behind, never of one that answers, nor
 * of a file that is no socket.
 *
 * @throws {ListenError} If it cannot.
 */
export async function listenOnUnixSocket(
  engine: Engine,
  { path, mode, owner: named }: UnixSocketOptions,
  credentials: Credentials | undefined,
): Promise<Bound> {
  const owner = named && ownerOf(path, named);
  await makeFree(path);
  if ((mode === undefined && !owner) || Deno.build.os === "windows") {
    return await bind(engine, { path }, credentials);
  }
  // Nobody may connect before the permissions are as they shall be. The umask is that of the whole
  // process: it must not outlast the call, which binds before it returns.
  const umask = Deno.umask(0o777);
  // Without a mode, what the umask would have left.
  const file = { path, mode: mode ?? 0o777 & ~umask, ...(owner ? { owner } : {}) };
  let binding;
  try {
    binding = bind(engine, file, credentials);
  } finally {
    Deno.umask(umask);
  }
  const bound = await binding;
  try {
    setRights(file);
  } catch (error) {
    await bound.shutdown();
    throw error;
  }
  return bound;
}

function ownerOf(path: string, owner: Owner): FileOwner {
  const { user, group } = owner;
  const name = ownerText(owner);
  try {
    if (Deno.build.os === "windows") throw new Error("Windows has no such owners");
    return {
      uid: user === undefined ? null : accountId("passwd", user),
      gid: group === undefined ? null : accountId("group", group),
      name,
    };
  } catch (cause) {
    throw new ListenError(`Cannot give "${path}" to ${name}: ${messageOf(cause)}`, { cause });
  }
}

async function bind(
  engine: Engine,
  file: SocketFile,
  credentials: Credentials | undefined,
): Promise<Bound> {
  try {
    return await engine.listen(file, credentials);
  } catch (cause) {
    throw new ListenError(`Cannot listen on "${file.path}": ${reasonOf(cause)}`, { cause });
  }
}

async function makeFree(path: string): Promise<void> {
  let info;
  try {
    info = await Deno.lstat(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return;
    throw new ListenError(`Cannot listen on "${path}": ${messageOf(cause)}`, { cause });
  }
  if (!info.isSocket) {
    throw new ListenError(`Cannot listen on "${path}": there is a file that is no socket`);
  }
  try {
    using _answering = await Deno.connect({ transport: "unix", path });
  } catch (cause) {
    if (cause instanceof Deno.errors.ConnectionRefused) return await Deno.remove(path);
    throw new ListenError(`Cannot listen on "${path}": ${messageOf(cause)}`, { cause });
  }
  throw new ListenError(`Cannot listen on "${path}": another server is using it`);
}
