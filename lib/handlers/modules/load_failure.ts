import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { messageOf } from "../../base/errors.ts";
import { brokenImport } from "./broken_import.ts";
import { bundleLine, isJavaScript } from "./bundling.ts";
import { withoutVersion } from "./graph.ts";

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
  const thrown = placeInStack(error);
  if (thrown) return { text: `it threw ${String(error)}`, place: thrown };
  const broken = brokenImport(resolve(file), standalone);
  if (broken) {
    const place = `${shown(broken.file)}:${broken.line}:${broken.column}`;
    return { text: broken.reason, place, bundle: broken.isForeign };
  }
  return { text: error instanceof Error ? plain(error) : `it threw ${String(error)}` };
}

/** The runtime colours places where standard error is a terminal. */
function messageWithoutColours(error: unknown): string {
  return stripVTControlCharacters(messageOf(error));
}

const PLACE = /((?:file|https?):\/\/[^\s()"']+?):(\d+):(\d+)/;
const LOADER = new URL("./load_handler.ts", import.meta.url).href;
const OWN = new URL("../../handler/", import.meta.url).href;

function placeIn(text: string): { path: string; text: string } | undefined {
  const [, url, line, column] = PLACE.exec(text) ?? [];
  if (url === undefined) return undefined;
  const path = pathOf(url);
  return { path, text: `${path}:${line}:${column}` };
}

function placeInStack(error: unknown): string | undefined {
  const stack = error instanceof Error ? error.stack ?? "" : "";
  const frames = stack.split("\n").filter((line) => /^\s+at /.test(line));
  const loader = frames.findIndex((line) => line.includes(LOADER));
  // A module can call what is the server's own, but the mistake is its.
  const theirs = frames.slice(0, loader < 0 ? undefined : loader)
    .filter((line) => !line.includes(OWN));
  return placeIn(theirs.join("\n"))?.text;
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
    .replace(/file:\/\/\/[^\s"']*/g, pathOf)
    .replace(/\.$/, "");
}

function pathOf(url: string): string {
  return url.startsWith("file:") ? shown(fileURLToPath(withoutVersion(url))) : url;
}

/** A path as whoever has started the server would name it. */
function shown(path: string): string {
  const below = relative(Deno.cwd(), path);
  return below.startsWith("..") ? path : below;
}
