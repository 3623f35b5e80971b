import { messageOf } from "../../base/errors.ts";
import { Log } from "../../base/log.ts";

// On Windows nobody else could read what is locked.
const HAS_LOCKS = Deno.build.os !== "windows";

const log = new Log();

/**
 * Locks a file or folder for other processes until it is closed, however that comes about; waits until nobody else has
 * it. There are file systems without locks: then everybody has it.
 */
export async function lockFile(file: Deno.FsFile): Promise<void> {
  if (!HAS_LOCKS) return;
  try {
    await file.lock(true);
  } catch (error) {
    log.debug("server", `Cannot lock a file: ${messageOf(error)}`);
  }
}

/**
 * Whether another process has locked a file; nobody has where that cannot be found out.
 *
 * @throws {Deno.errors.NotFound} If there is no such file.
 */
export async function isLocked(path: string): Promise<boolean> {
  if (!HAS_LOCKS) return false;
  // Deno 2.6 can only wait for a lock, and its types know no other.
  using file: Deno.FsFile & Partial<Tries> = await Deno.open(path);
  try {
    if (!file.tryLock) return inodesLocked().has((await file.stat()).ino);
    return !await file.tryLock(true);
  } catch (error) {
    log.debug("server", `Cannot look whether a file is locked: ${messageOf(error)}`);
    return false;
  }
}

/** A file that can be asked whether it is locked. */
interface Tries {
  tryLock(exclusive: boolean): Promise<boolean>;
}

/** The numbers of all files that are locked, whatever file system they are in. */
function inodesLocked(): Set<number | null> {
  const lines = Deno.readTextFileSync("/proc/locks").matchAll(/ FLOCK .*:(\d+) \d+ \w+$/gm);
  return new Set(Array.from(lines, ([, inode]) => Number(inode)));
}
