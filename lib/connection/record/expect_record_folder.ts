import { messageOf, UsageError } from "../../base/errors.ts";
import { NOT_RECORDED } from "../../options/tables/record_options.ts";

/**
 * Checks that there can be recordings in a folder, by a look into it and a file that is removed at once.
 *
 * @param folder The value of the option `record`; undefined where it is not said.
 * @throws {UsageError} If it is no folder, or it cannot be read, or written to.
 */
export function expectRecordFolder(folder: string | undefined): void {
  if (folder === undefined || folder === NOT_RECORDED) return;
  try {
    // The oldest are looked for.
    Deno.readDirSync(folder)[Symbol.iterator]().next();
    Deno.removeSync(Deno.makeTempFileSync({ dir: folder, prefix: ".stdws-" }));
  } catch (cause) {
    throw new UsageError(`Cannot record into "${folder}": ${reasonOf(folder, cause)}`);
  }
}

function reasonOf(folder: string, cause: unknown): string {
  try {
    // The message of a file in what is no folder would name that file.
    if (!Deno.statSync(folder).isDirectory) return "it is not a directory";
  } catch (error) {
    return messageOf(error);
  }
  return messageOf(cause);
}
