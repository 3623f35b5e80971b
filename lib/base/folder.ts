import { messageOf, UsageError } from "./errors.ts";

/**
 * The real path of a folder that is served.
 *
 * @param what Words of the message for what is served from it: `Cannot serve WHAT "folder": …`.
 * @throws {UsageError} If it is no folder.
 */
export function realFolder(folder: string, what: string): string {
  let info;
  try {
    info = Deno.statSync(folder);
  } catch (cause) {
    throw new UsageError(`Cannot serve ${what} "${folder}": ${messageOf(cause)}`);
  }
  if (!info.isDirectory) {
    throw new UsageError(`Cannot serve ${what} "${folder}": it is not a directory`);
  }
  return Deno.realPathSync(folder);
}
