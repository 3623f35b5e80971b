import { HandshakeError } from "../base/errors.ts";
import type { IncomingRequest } from "../base/request.ts";
import { parseWord, type Placeholder } from "./parse_word.ts";

// A pattern may take time that grows fast with the length of what it is matched with.
const MOST = 1024;

/** The names that placeholders in the words stand for. */
export function placeholdersIn(words: readonly string[]): string[] {
  const parts = words.flatMap(parseWord);
  return [...new Set(parts.flatMap((part) => typeof part === "string" ? [] : part.name))];
}

/**
 * Prepares to put the parameters of requests into words: `{name}` becomes the value of the route's parameter,
 * or else of the query's, empty where there is none, and `{name:pattern}` the same where all of it matches.
 * A word stays one word whatever the value is; `{{name}}` becomes `{name}`.
 *
 * @returns Fills them, or throws a `HandshakeError` (400) where a value does not match, or has a NUL in it, which
 * no argument can have.
 * @throws {UsageError} If the pattern of a placeholder is none.
 */
export function placeholdersOf(words: readonly string[]): (request: IncomingRequest) => string[] {
  const parsed = words.map(parseWord);
  return (request) => {
    const query = paramsOf(request.query);
    const valueOf = (placeholder: Placeholder) => {
      const { name } = placeholder;
      return checked(placeholder, own(request.params, name) ?? own(query, name) ?? "");
    };
    return parsed.map((parts) => {
      return parts.map((part) => typeof part === "string" ? part : valueOf(part)).join("");
    });
  };
}

function checked({ name, fence }: Placeholder, value: string): string {
  if (!fence) return value;
  if (value.length <= MOST && fence.whole.test(value)) return value;
  const shown = value.length > MOST ? `${value.length} characters` : `"${value}"`;
  throw new HandshakeError(400, `Cannot take ${shown} for {${name}}: it is not ${fence.pattern}`);
}

/** A word that has no placeholders, as it is meant: `{{name}}` becomes `{name}`. */
export function unescapePlaceholders(word: string): string {
  return parseWord(word).join("");
}

/**
 * The parameters of a query; of those with the same name the first.
 *
 * @throws {HandshakeError} If one has a NUL in it (400).
 */
export function paramsOf(query: string): Record<string, string> {
  // Without a prototype, because the names are the client's.
  const params: Record<string, string> = Object.create(null);
  if (query === "") return params;
  for (const [name, value] of new URLSearchParams(query)) {
    // Neither an argument nor a variable can have one.
    if (value.includes("\0")) throw new HandshakeError(400, `The query "${query}" has a NUL in it`);
    params[name] ??= value;
  }
  return params;
}

/** The variable that a process has a parameter in. */
export function paramVariable(name: string): string {
  return `STDWS_PARAM_${name.toUpperCase().replace(/[^A-Z0-9]/g, "_")}`;
}

function own(record: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
