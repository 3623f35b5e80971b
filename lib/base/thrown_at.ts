import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { messageOf } from "./errors.ts";

/** One line of a stack. */
interface Frame {
  readonly url: string;
  /** The function, where it has a name, and file, line and column. */
  readonly text: string;
  /** File, line and column. */
  readonly place: string;
}

// The server's own code: a handler can call it, but the mistake is the handler's.
const OWN = new URL("../", import.meta.url).href;

// A package that a handler calls is not where to look first.
const PACKAGE = /\/node_modules\/|\/npm\/[^/]+\.[^/]+\//;

const FRAME =
  /^\s+at (?:(.*) \()?(?:async )?((?:file|https?|node|ext|blob|data):.*?):(\d+):(\d+)\)?$/;

/**
 * The place in somebody's code where something was thrown, as `handlers/a.ts:6:9`; undefined where it is not known, as
 * of what is no error.
 *
 * @param caller The URL of the file that has called that code: nobody whom it was called by is to blame.
 */
export function thrownAt(thrown: unknown, caller?: string): string | undefined {
  const frames = framesOf(thrown);
  const end = frames.findIndex(({ url }) => url === caller);
  const theirs = frames.slice(0, end < 0 ? undefined : end).filter(({ url }) => {
    return /^(file|https?):/.test(url) && !url.startsWith(OWN);
  });
  return (theirs.find(({ url }) => !PACKAGE.test(url)) ?? theirs[0])?.place;
}

/** The whole stack on one line, those of its causes behind it; empty where there is none. */
export function stackOf(thrown: unknown): string {
  const stacks: string[] = [];
  // A cause can have itself for one.
  for (let error = thrown; error instanceof Error && stacks.length < 5; error = causeOf(error)) {
    const stack = framesOf(error).map(({ text }) => `at ${text}`).join(" ");
    stacks.push(stacks.length > 0 ? `caused by ${messageOf(error)} ${stack}` : stack);
  }
  return stacks.join(" ").trim();
}

/** The path of a file as whoever has started the server would name it; another URL as it is. */
export function shownPath(url: string): string {
  if (!url.startsWith("file:")) return url;
  // A file that was loaded again has the number of its version.
  const path = fileURLToPath(url.replace(/[?&]v=\d+$/, ""));
  const below = relative(Deno.cwd(), path);
  return below.startsWith("..") ? path : below;
}

/** Never throws, whatever an error makes of these. */
function framesOf(thrown: unknown): Frame[] {
  try {
    const stack: unknown = thrown instanceof Error ? thrown.stack : undefined;
    if (typeof stack !== "string") return [];
    // It begins with the message, which can look like a stack itself.
    const message = messageOf(thrown);
    const start = stack.indexOf(message);
    return (start < 0 ? stack : stack.slice(start + message.length)).split("\n").flatMap((line) => {
      const [, name, url, at, column] = FRAME.exec(line) ?? [];
      if (url === undefined) return [];
      const place = `${shownPath(url)}:${at}:${column}`;
      return [{ url, place, text: name ? `${name} (${place})` : place }];
    });
  } catch {
    return [];
  }
}

function causeOf(error: Error): unknown {
  try {
    return error.cause;
  } catch {
    return undefined;
  }
}
