import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { messageOf } from "../../base/errors.ts";
import { shownPath, thrownAt } from "../../base/thrown_at.ts";
import { brokenImport } from "./broken_import.ts";
import { bundleLine, isJavaScript } from "./bundling.ts";

interface Reason {
  readonly text: string;
  /** File, line and column. */
  readonly place?: string;
  /** Whether a bundle would not have it. */
  readonly bundle?: boolean;
}

/**
 * Explains why a module could not be loaded: the file, the reason and where.
 *
 * @param file The module's path.
 * @param error The value that the import threw.
 * @param standalone Whether this is the compiled executable.
 */
export function loadFailure(
  file: string,
  error: unknown,
  standalone: boolean = Deno.build.standalone,
): string {
  const { text, place, bundle } = reasonOf(file, error, standalone);
  const help = bundle ? `; this makes one file of it: ${bundleLine(file)}` : "";
  return `Cannot load "${file}": ${text}${place ? ` (${place})` : ""}${help}`;
}

function reasonOf(file: string, error: unknown, standalone: boolean): Reason {
  const message = messageWithoutColours(error);
  const told = placeIn(message);
  if (told) {
    // A syntax error there is that it was read as JavaScript.
    const isForeign = standalone && !isJavaScript(told.path);
    const text = isForeign ? "the executable reads only JavaScript" : plain(error);
    return { text, place: told.text, bundle: isForeign };
  }
  const thrown = thrownAt(error, LOADER);
  if (thrown) return { text: `it threw ${String(error)}`, place: thrown };
  const broken = brokenImport(resolve(file), standalone);
  if (broken) {
    const place = `${shownPath(pathToFileURL(broken.file).href)}:${broken.line}:${broken.column}`;
    return { text: broken.reason, place, bundle: broken.isForeign };
  }
  return { text: error instanceof Error ? plain(error) : `it threw ${String(error)}` };
}

/** The runtime colours places where standard error is a terminal. */
function messageWithoutColours(error: unknown): string {
  return stripVTControlCharacters(messageOf(error));
}

const LOADER = new URL("./load_handler.ts", import.meta.url).href;
const PLACE = /((?:file|https?):\/\/[^\s()"']+?):(\d+):(\d+)/;

function placeIn(text: string): { path: string; text: string } | undefined {
  const [, url, line, column] = PLACE.exec(text) ?? [];
  if (url === undefined) return undefined;
  const path = shownPath(url);
  return { path, text: `${path}:${line}:${column}` };
}

/** The runtime's message, without what it says of the place, and without advice that helps nobody here. */
function plain(error: unknown): string {
  const message = messageWithoutColours(error);
  const bare = /^Import "([^"]*)" not a dependency/.exec(message)?.[1];
  if (bare !== undefined) {
    return `cannot import "${bare}": a package is named as in "npm:${bare}", a file as in "./${bare}"`;
  }
  const [first = ""] = message.split("\n");
  const name = error instanceof SyntaxError ? "SyntaxError: " : "";
  return (name + first)
    .replace(/^The module's source code could not be parsed:/, "SyntaxError:")
    .replace(/ at (file|https?):\S+$/, "")
    .replace(/file:\/\/\/[^\s"']*/g, shownPath)
    .replace(/\.$/, "");
}
