import { confine } from "../base/confine.ts";
import { HandshakeError } from "../base/errors.ts";
import { realFolder } from "../base/folder.ts";
import type { Handler } from "../contract.ts";
import { checkProperties } from "../options/check_properties.ts";
import { kindOf } from "./kind.ts";
import { needsOfFolder, NEW_PROGRAMS } from "./needs.ts";
import { type Endpoint, processHandler } from "./process.ts";
import { restOf } from "./rest_of.ts";
import {
  FRAMING,
  PROCESS_OPTIONS,
  type ProcessOptions,
  processOptionsOf,
} from "./process_options.ts";

/**
 * Runs, for every connection, the program that its path names below a folder: folders are entered, the
 * first file is the program, the rest of the path is its `PATH_INFO`.
 *
 * @param folder The folder; neither `..` nor a symbolic link leads out of it.
 * @throws {UsageError} If it is no folder, or an option does not take its value.
 */
export function directory(folder: string, options: ProcessOptions = {}): Handler {
  return directoryAt("*", folder, options);
}

/** The same for a route: of `/tools/*`, the folder is at `/tools`. */
function directoryAt(pattern: string, folder: string, options: ProcessOptions): Handler {
  checkProperties(directoryKind.options, options, " of directory()");
  const root = realFolder(folder, "from directory");
  return processHandler({
    label: `Serving from directory      : ${root}`,
    locate: (request) => locate(root, request.path, restOf(pattern, request)),
  }, options);
}

/** Finds the program of a path, of which the end is looked for in the folder. */
async function locate(root: string, path: string, end: string): Promise<Endpoint> {
  const found = await confine(root, end);
  if (!found?.info.isFile) throw new HandshakeError(404, `NOT FOUND: ${path}`);
  const start = path.slice(0, path.length - end.length);
  return { program: found.path, args: [], scriptName: start + found.name, pathInfo: found.rest };
}

/** `directory` for the registry. */
export const directoryKind = kindOf({
  doc: "Runs, for every connection, the program that its path names below a folder",
  argument: { name: "dir", kind: "word", value: "DIR" },
  options: [...PROCESS_OPTIONS, FRAMING],
  runs: true,
  note: NEW_PROGRAMS,
  make: ({ path, words: [dir = ""], values }) => directoryAt(path, dir, processOptionsOf(values)),
  needs: needsOfFolder,
});
