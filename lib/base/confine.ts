import { resolveDots } from "./resolve_dots.ts";

type Os = typeof Deno.build.os;

/** The file or folder that a path names below a root folder. */
export interface Confined {
  /** The name as a client says it, such as `/a/b`; empty for the root folder itself. */
  readonly name: string;
  /** The root folder and that name. */
  readonly path: string;
  /** The same without symbolic links: what to open, so that no link leads elsewhere since the look. */
  readonly real: string;
  readonly info: Deno.FileInfo;
  /** The part of the path behind the name of a file, with its slash. */
  readonly rest: string;
}

/**
 * Finds what a path names below a folder: its dot segments are resolved, folders are entered, the first file ends
 * the search. Nothing outside of the folder is found, neither by `..` nor by a symbolic link.
 *
 * @param root The folder, a real path.
 * @param path The decoded path of a request, such as `/a/b`; not decoded again.
 * @returns undefined where there is nothing, or nothing that may be seen.
 */
export async function confine(root: string, path: string): Promise<Confined | undefined> {
  const { os } = Deno.build;
  const resolved = resolveDots(path);
  if (resolved === undefined) return undefined;
  const segments = resolved.slice(1).split("/");
  let name = "";
  let found = await look(root, name);
  for (const [index, segment] of segments.entries()) {
    if (segment === "") continue;
    if (!found || !isPlainName(segment, os)) return undefined;
    name += `/${segment}`;
    found = await look(root, name);
    if (found?.isDirectory) continue;
    if (!found?.isFile) return undefined;
    const rest = segments.slice(index + 1);
    return await describe(root, name, found, rest.length > 0 ? `/${rest.join("/")}` : "");
  }
  return found && await describe(root, name, found, "");
}

/**
 * Whether a segment of a decoded path is the plain name of something in a folder: not a way out of it,
 * not a path of its own.
 */
export function isPlainName(segment: string, os: Os): boolean {
  if (segment === ".." || segment === ".") return false;
  if (os !== "windows") return !/[\0/]/.test(segment);
  // A backslash separates, a colon names a drive or a stream of a file, dots and spaces at the end are
  // dropped, and a device is found in every folder, whatever extension it is given.
  // deno-lint-ignore no-control-regex -- names have none.
  return !/[\0-\x1f/\\:*?"<>|]|[. ]$/.test(segment) && !DEVICE.test(segment);
}

const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\.|$)/i;

/** Whether a real path lies below a real folder. */
export function isBelow(folder: string, path: string, os: Os): boolean {
  const separator = os === "windows" ? "\\" : "/";
  return path.startsWith(folder.endsWith(separator) ? folder : folder + separator);
}

async function describe(
  root: string,
  name: string,
  info: Deno.FileInfo,
  rest: string,
): Promise<Confined | undefined> {
  const path = root + name;
  const real = await realPath(path);
  if (real !== root && (!real || !isBelow(root, real, Deno.build.os))) return undefined;
  return { name, path, real, info, rest };
}

async function realPath(path: string): Promise<string | undefined> {
  try {
    return await Deno.realPath(path);
  } catch {
    // It has vanished since the look.
    return undefined;
  }
}

async function look(root: string, name: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(root + name);
  } catch {
    // Not there, or not for the server to see: for the client that is the same.
    return undefined;
  }
}
