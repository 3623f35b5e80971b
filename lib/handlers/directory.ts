import { confine } from "../base/confine.ts";
import { HandshakeError } from "../base/errors.ts";
import { realFolder } from "../base/folder.ts";
import type { Handler } from "./handler.ts";
import { type Endpoint, processHandler, type ProcessOptions } from "./process.ts";

/**
 * Runs, for every connection, the program that its path names below a folder: folders are entered, the
 * first file is the program, the rest of the path is its `PATH_INFO`.
 *
 * @param folder The folder; neither `..` nor a symbolic link leads out of it.
 * @throws {UsageError} If it is no folder.
 */
export function directory(folder: string, options: ProcessOptions = {}): Handler {
  const root = realFolder(folder, "from directory");
  return processHandler({
    label: `Serving from directory      : ${root}`,
    locate: ({ path }) => locate(root, path),
  }, options);
}

/** Finds the program of a path. */
async function locate(root: string, path: string): Promise<Endpoint> {
  const found = await confine(root, path);
  if (!found?.info.isFile) throw new HandshakeError(404, `NOT FOUND: ${path}`);
  return { program: found.path, args: [], scriptName: found.name, pathInfo: found.rest };
}
