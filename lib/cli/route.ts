import { UsageError } from "../base/errors.ts";
import { splitCommand } from "../base/split_command.ts";
import type { RouteSettings } from "../settings.ts";
import { HANDLER_NAMES, type HandlerName, kindNamed, optionsOf } from "../handlers/registry.ts";
import { KINDS } from "../options/kinds.ts";
import { expectedBy, readOption } from "../options/read_option.ts";
import { ROUTE_OPTIONS } from "../options/tables/route_options.ts";
import { ValueError } from "../options/value_error.ts";
import { withoutSecrets } from "../options/without_secrets.ts";
import { parsePattern } from "../gate/route.ts";
import { framingNamed } from "./framing_named.ts";
import { refusedValue } from "./refused_value.ts";
import { UnknownNameError } from "./unknown_name_error.ts";

/**
 * Reads the value of `--route`: `PATTERN=HANDLER[?option=value&…][ words…]`.
 *
 * @param name The option's name in errors.
 * @throws {UsageError} If it is not like that (exit code 2).
 */
export function parseRoute(text: string, name = "--route"): RouteSettings {
  // The pattern itself may have a `=` in it, but not one that looks like this.
  const match = /^(\*|\/.*?)=([\w-]+(?:[?\s].*)?)$/s.exec(text);
  const [, path, behind] = match ?? [];
  if (path === undefined || behind === undefined) {
    throw new UsageError(
      `Invalid value "${withoutSecrets(text)}" for ${name}${
        hintAt(text)
      }: expected PATTERN=HANDLER[?option=value&…][ COMMAND args…], PATTERN beginning with / or being *`,
      2,
    );
  }
  return parseHandler(path, behind, `${name}=${path}=`);
}

/**
 * Reads what stands behind a pattern: `HANDLER[?option=value&…][ words…]`.
 *
 * @param where Stands in front of what an error cites.
 * @throws {UsageError} If it is not like that (exit code 2).
 */
export function parseHandler(path: string, text: string, where: string): RouteSettings {
  const [, name = "", query = "", command = ""] =
    /^([^?\s]*)(?:\?(\S*))?(?:\s+(.*))?$/s.exec(text) ?? [];
  const cited = where + withoutSecrets(text);
  parsePattern(path, cited);
  const handler = HANDLER_NAMES.find((known) => known === name);
  if (!handler) {
    const what = `Unknown handler "${name}" in ${cited}`;
    const expected = `: expected one of ${HANDLER_NAMES.join(", ")}`;
    const hint = hintAt(`${path}=${text}`);
    if (hint) throw new UsageError(what + hint + expected, 2);
    throw new UnknownNameError(what, expected, { said: name, known: HANDLER_NAMES });
  }
  const values = readOptions(handler, query, path, cited);
  return { path, handler, words: wordsOf(handler, command, cited), values };
}

// What somebody may write for the `?` in front of the first option.
const SEPARATED = new RegExp(`=((?:${HANDLER_NAMES.join("|")})[&;,:#]\\w\\S*)`);

/** A hint where options stand behind a handler as if others stood before them. */
function hintAt(route: string): string {
  const [, said] = SEPARATED.exec(route.split(/\s/, 1)[0] ?? "") ?? [];
  return said ? ` (did you mean "${said.replace(/[&;,:#]/, "?")}"?)` : "";
}

function readOptions(
  handler: HandlerName,
  query: string,
  path: string,
  where: string,
): Readonly<Record<string, unknown>> {
  const texts = new Map<string, (string | undefined)[]>();
  for (const pair of query.split("&").filter(Boolean)) {
    const equals = pair.indexOf("=");
    const name = equals < 0 ? pair : pair.slice(0, equals);
    const text = equals < 0 ? undefined : decode(pair, where);
    texts.set(name, [...texts.get(name) ?? [], text]);
  }
  const options = optionsOf(handler);
  return Object.fromEntries(Array.from(texts, ([name, values]) => {
    const option = options.find((candidate) => candidate.name === name);
    if (!option) {
      const known = options.map((candidate) => candidate.name).sort();
      const what = `Unknown option "${name}" in ${where}`;
      const expected = `: ${handler} takes ${known.join(", ") || "none"}`;
      const framing = framingNamed(name, known);
      if (framing) {
        throw new UsageError(`${what} (did you mean "framing=${framing}"?)${expected}`, 2);
      }
      throw new UnknownNameError(what, expected, { said: name, known });
    }
    // A switch is on where it has no value.
    const given = values.map((text) => text ?? (KINDS[option.kind].bare ? "true" : undefined));
    if (!given.every((text) => text !== undefined)) {
      throw new UsageError(`No value for ${name} in ${where}: expected ${expectedBy(option)}`, 2);
    }
    try {
      return [name, readOption(option, given)];
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      const isOfAny = ROUTE_OPTIONS.some((row) => row.name === name);
      const place = isOfAny ? `of the route ${path}` : `in ${where}`;
      const { text, known } = error;
      throw refusedValue({ text, known, expected: expectedBy(option) }, `${name} ${place}`);
    }
  }));
}

/** The value of `name=value`. */
function decode(pair: string, where: string): string {
  const valueOf = (said: string) => said.slice(said.indexOf("=") + 1);
  try {
    return decodeURIComponent(valueOf(pair));
  } catch {
    const text = valueOf(withoutSecrets(`?${pair}`));
    throw new UsageError(`Invalid value "${text}" in ${where}: it is not percent-encoded`, 2);
  }
}

function wordsOf(handler: HandlerName, command: string, where: string): readonly string[] {
  return checkWords(handler, splitCommand(command, where), where);
}

/**
 * Checks that a handler has the words that it needs and no others.
 *
 * @throws {UsageError} If it has not (exit code 2).
 */
export function checkWords(
  handler: HandlerName,
  words: readonly string[],
  where: string,
): readonly string[] {
  const { argument } = kindNamed(handler);
  const most = argument === undefined ? 0 : argument.kind === "command" ? Infinity : 1;
  if (argument && !words[0]) {
    throw new UsageError(`There is no ${argument.value} in ${where}`, 2);
  }
  if (words.length > most) {
    const surplus = words[most] ?? "";
    const isOption = optionsOf(handler).some(({ name }) => surplus.startsWith(`${name}=`));
    const hint = isOption ? ` (did you mean "${handler}?${surplus}"?)` : "";
    throw new UsageError(
      `Unexpected word "${surplus}" in ${where}${hint}: ${handler} takes ${
        argument?.value ?? "none"
      }`,
      2,
    );
  }
  return words;
}
