import { HandshakeError } from "../base/errors.ts";
import type { IncomingRequest } from "../base/request.ts";

// `{name}`, and `{{…}}`, which is `{…}` as it stands.
const PLACEHOLDER = /\{\{([^{}]*)\}\}|\{([A-Za-z_$][\w$]*)\}/g;

/** The names that `{name}` in the words stands for. */
export function placeholdersIn(words: readonly string[]): string[] {
  const names = words.flatMap((word) => [...word.matchAll(PLACEHOLDER)].map((match) => match[2]));
  return [...new Set(names.filter((name) => name !== undefined))];
}

/**
 * Puts the parameters of a request into words: `{name}` becomes the value of the route's parameter, or else
 * of the query's, empty where there is none. A word stays one word whatever the value is; `{{name}}`
 * becomes `{name}`.
 *
 * @throws {HandshakeError} If a value has a NUL in it, which no argument can have (400).
 */
export function fillPlaceholders(words: readonly string[], request: IncomingRequest): string[] {
  const query = paramsOf(request.query);
  const valueOf = (name: string) => own(request.params, name) ?? own(query, name) ?? "";
  return words.map((word) => {
    return word.replace(PLACEHOLDER, (_, literal, name) => name ? valueOf(name) : `{${literal}}`);
  });
}

/** A word that has no placeholders, as it is meant: `{{name}}` becomes `{name}`. */
export function unescapePlaceholders(word: string): string {
  return word.replace(
    PLACEHOLDER,
    (found, literal) => literal === undefined ? found : `{${literal}}`,
  );
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
