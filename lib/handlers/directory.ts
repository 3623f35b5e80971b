import { isBelow, isPlainName } from "../base/confine.ts";
import { HandshakeError, UsageError } from "../base/errors.ts";
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
  const root = realFolder(folder);
  return processHandler({
    label: `Serving from directory      : ${root}`,
    locate: ({ path }) => locate(root, path),
  }, options);
}

/** Finds the program of a path. */
async function locate(root: string, path: string): Promise<Endpoint> {
  const { os } = Deno.build;
  const segments = path.slice(1).split("/");
  let scriptName = "";
  for (const [index, segment] of segments.entries()) {
    if (segment === "") continue;
    if (!isPlainName(segment, os)) break;
    scriptName += `/${segment}`;
    const program = root + scriptName;
    const info = await stat(program);
    if (info?.isDirectory) continue;
    if (!info?.isFile || !isBelow(root, await Deno.realPath(program), os)) break;
    const rest = segments.slice(index + 1);
    const pathInfo = rest.length > 0 ? `/${rest.join("/")}` : "";
    return { program, args: [], scriptName, pathInfo };
  }
  throw new HandshakeError(404, `NOT FOUND: ${path}`);
}

async function stat(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch {
    // Not there, or not for the server to see: for the client that is the same.
    return undefined;
  }
}

function realFolder(folder: string): string {
  let info;
  try {
    info = Deno.statSync(folder);
  } catch (cause) {
    throw new UsageError(`Cannot serve from directory "${folder}": ${(cause as Error).message}`);
  }
  if (!info.isDirectory) {
    throw new UsageError(`Cannot serve from directory "${folder}": it is not a directory`);
  }
  return Deno.realPathSync(folder);
}
