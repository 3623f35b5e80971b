import { overview } from "./help/overview.ts";
import { topics } from "./help/topics.ts";
import { UnknownNameError } from "./unknown_name_error.ts";

/**
 * The text of `--help`.
 *
 * @param topic What it is about; default: everything that a beginner needs.
 * @throws {UsageError} If there is no such topic (exit code 2).
 */
export function help(topic?: string): string {
  const page = topic === undefined ? overview : pageOf(topic);
  return `${page().join("\n")}\n`;
}

/** Whether there is help about something. */
export function hasHelp(topic: string): boolean {
  return topics().has(named(topic));
}

/** The same text for a terminal: with headings in bold. */
export function bold(text: string): string {
  return text.replace(/^(Usage:|\S.*:$)/gm, "\x1b[1m$1\x1b[0m");
}

function pageOf(topic: string): () => string[] {
  const pages = topics();
  const page = pages.get(named(topic));
  if (page) return page;
  throw new UnknownNameError(
    `Invalid value "${topic}" for --help`,
    ": expected a handler, an option, or route, connect, variables or all",
    { said: named(topic), known: [...pages.keys()] },
  );
}

/** An option is known with its dashes as well. */
function named(topic: string): string {
  return topic.replace(/^--?/, "").toLowerCase();
}
