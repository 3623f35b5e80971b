/** Whether a file is read by the compiled executable, which does not know TypeScript. */
export function isJavaScript(path: string): boolean {
  return !/\.(ts|mts|cts|tsx|jsx)$/.test(path);
}

/** The line that makes one file of JavaScript of a module and all that it imports, with the places of their sources. */
export function bundleLine(file: string): string {
  const ending = isJavaScript(file) ? ".bundle.js" : ".js";
  const words = ["-o", file.replace(/(\.[^./]*)?$/, ending), file];
  return `deno bundle --sourcemap=inline ${words.map(quoted).join(" ")}`;
}

function quoted(word: string): string {
  return /^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
