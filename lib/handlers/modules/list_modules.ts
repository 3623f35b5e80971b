import { messageOf, UsageError } from "../../base/errors.ts";
import { realFolder } from "../../base/folder.ts";

/** A module that serves the path of its name. */
export interface ListedModule {
  /** The route, as `/chat/lobby`. */
  readonly path: string;
  /** The module, as `handlers/chat/lobby.ts`. */
  readonly file: string;
}

/**
 * Finds the modules of a folder, in the order of their paths: `echo.ts` serves `/echo`, `chat/index.ts`
 * serves `/chat`. What begins with `_` or `.` is left out, and so are declarations, tests and
 * `node_modules`.
 *
 * @throws {UsageError} If the folder cannot be read, has no modules, or has two for one path.
 */
export function listModules(folder: string): ListedModule[] {
  realFolder(folder, "handlers from");
  const modules = new Map<string, ListedModule>();
  for (const file of files(folder.replace(/(?<=.)\/+$/, ""), [])) {
    const names = file.names.join("/").replace(/\.[^.]*$/, "").split("/");
    if (names.at(-1) === "index") names.pop();
    const path = `/${names.map(patternOf).join("/")}`;
    const other = modules.get(path);
    if (other) {
      throw new UsageError(
        `Cannot serve handlers from "${folder}": both "${other.file}" and "${file.path}" are for the path ${path}`,
      );
    }
    modules.set(path, { path, file: file.path });
  }
  if (modules.size === 0) {
    throw new UsageError(`Cannot serve handlers from "${folder}": there is no module in it`);
  }
  return [...modules.values()].sort((one, other) => one.path < other.path ? -1 : 1);
}

/** @param above The real paths of the folders that lead here: a link back to one of them has no end. */
function* files(
  folder: string,
  above: readonly string[],
  names: readonly string[] = [],
): Generator<{ path: string; names: readonly string[] }> {
  const real = Deno.realPathSync(folder);
  if (above.includes(real)) return;
  for (const entry of entriesOf(folder)) {
    const { name } = entry;
    if (/^[._]/.test(name) || name === "node_modules") continue;
    const path = `${folder === "/" ? "" : folder}/${name}`;
    if (isFolder(entry, path)) yield* files(path, [...above, real], [...names, name]);
    else if (isModule(name)) yield { path, names: [...names, name] };
  }
}

/** Sorted, so that of two for one path it is always the same that is named first. */
function entriesOf(folder: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(folder)].sort((one, other) => one.name < other.name ? -1 : 1);
  } catch (error) {
    throw new UsageError(`Cannot serve handlers from "${folder}": ${messageOf(error)}`);
  }
}

function isFolder({ isDirectory, isSymlink }: Deno.DirEntry, path: string): boolean {
  if (!isSymlink) return isDirectory;
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    // Loading it tells why.
    return false;
  }
}

function isModule(name: string): boolean {
  return /\.(ts|mts|tsx|js|mjs|jsx)$/.test(name) && !/(\.d|\.test|_test)\.[^.]+$/.test(name);
}

/** A name as the pattern that only this name matches. */
function patternOf(name: string): string {
  // deno-lint-ignore no-control-regex -- a name can have them, and a URL would drop some.
  return name.replace(/[%\\\0-\x1f]/g, encodeURIComponent).replace(/[+*?:{}()]/g, "\\$&");
}
