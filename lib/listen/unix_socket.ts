import { ListenError, messageOf } from "../base/errors.ts";
import type { Bound, Credentials, Engine, SocketFile } from "./engine.ts";
import { reasonOf } from "./listen_at.ts";

/** A Unix socket to listen on. */
export interface UnixSocketOptions {
  /** The socket's path. */
  readonly path: string;
  /** The socket's permissions, such as 0o660; default: what the umask leaves. */
  readonly mode?: number;
}

/**
 * Listens on a Unix socket: in place of one that a server left behind, never of one that answers, nor
 * of a file that is no socket.
 *
 * @throws {ListenError} If it cannot.
 */
export async function listenOnUnixSocket(
  engine: Engine,
  { path, mode }: UnixSocketOptions,
  credentials: Credentials | undefined,
): Promise<Bound> {
  await makeFree(path);
  if (mode === undefined || Deno.build.os === "windows") {
    return await bind(engine, { path }, credentials);
  }
  // Nobody may connect before the permissions are as they shall be. The umask is that of the whole
  // process: it must not outlast the call, which binds before it returns.
  const umask = Deno.umask(0o777);
  let binding;
  try {
    binding = bind(engine, { path, mode }, credentials);
  } finally {
    Deno.umask(umask);
  }
  const bound = await binding;
  try {
    await Deno.chmod(path, mode);
  } catch (cause) {
    await bound.shutdown();
    throw new ListenError(`Cannot set the mode of "${path}": ${messageOf(cause)}`, { cause });
  }
  return bound;
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
