/**
 * Whether a segment of a decoded path is the plain name of something in a folder: not a way out of it,
 * not a path of its own. Symbolic links are for {@linkcode isBelow}.
 */
export function isPlainName(segment: string, os: typeof Deno.build.os): boolean {
  // On Windows a backslash separates, and a colon names a drive or a stream of a file.
  const forbidden = os === "windows" ? /[\0/\\:]/ : /[\0/]/;
  return segment !== ".." && segment !== "." && !forbidden.test(segment);
}

/** Whether a real path lies below a real folder. */
export function isBelow(folder: string, path: string, os: typeof Deno.build.os): boolean {
  const separator = os === "windows" ? "\\" : "/";
  return path.startsWith(folder.endsWith(separator) ? folder : folder + separator);
}
