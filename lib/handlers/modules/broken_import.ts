import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { messageOf } from "../../base/errors.ts";
import { isJavaScript } from "./bundling.ts";
import { type Import, importsIn } from "./imports.ts";

/** An import that cannot be loaded. */
export interface BrokenImport extends Import {
  /** The file that it stands in. */
  readonly file: string;
  readonly reason: string;
  /** Whether it is the compiled executable that cannot read it. */
  readonly isForeign: boolean;
}

type Wrong = Pick<BrokenImport, "reason" | "isForeign">;

/**
 * Looks for an import that cannot be loaded, in a module and in the files that it imports: the runtime does
 * not always say where it stands.
 *
 * @param standalone Whether this is the compiled executable, which reads no packages and no TypeScript.
 */
export function brokenImport(
  file: string,
  standalone: boolean,
  seen: Set<string> = new Set(),
): BrokenImport | undefined {
  if (seen.has(file)) return undefined;
  seen.add(file);
  for (const found of importsIn(textOf(file))) {
    const target = targetOf(found.specifier, file);
    if (target === undefined) {
      if (standalone && !found.specifier.startsWith("node:")) {
        const reason = `cannot import "${found.specifier}" in the executable`;
        return { ...found, file, reason, isForeign: true };
      }
      continue;
    }
    const wrong = wrongWith(target, found.specifier, standalone);
    if (wrong) return { ...found, file, ...wrong };
    const below = target.endsWith(".json") ? undefined : brokenImport(target, standalone, seen);
    if (below) return below;
  }
  return undefined;
}

/** The path of what is imported, where it is a file. */
function targetOf(specifier: string, file: string): string | undefined {
  if (specifier.startsWith("file:")) return fileURLToPath(specifier);
  return /^(\.\.?)?\//.test(specifier) ? resolve(dirname(file), specifier) : undefined;
}

function wrongWith(target: string, specifier: string, standalone: boolean): Wrong | undefined {
  if (standalone && !isJavaScript(target)) {
    const reason = `cannot import "${specifier}" in the executable, which reads only JavaScript`;
    return { reason, isForeign: true };
  }
  try {
    const text = Deno.readTextFileSync(target);
    if (target.endsWith(".json")) JSON.parse(text);
    return undefined;
  } catch (error) {
    return { reason: `cannot import "${specifier}": ${messageOf(error)}`, isForeign: false };
  }
}

function textOf(file: string): string {
  try {
    return Deno.readTextFileSync(file);
  } catch {
    // Whoever imports it has told so.
    return "";
  }
}
