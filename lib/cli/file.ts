import type { RouteSettings } from "../settings.ts";
import { messageOf, UsageError } from "../base/errors.ts";
import { readBounded } from "../base/read_bounded.ts";
import { splitCommand } from "../base/split_command.ts";
import { LAYERED, type Options } from "../handlers/flags.ts";
import { type HandlerName, kindNamed, optionsOf } from "../handlers/registry.ts";
import type { Option } from "../options/option.ts";
import { readJson } from "../options/schema.ts";
import { parsePattern } from "../gate/route.ts";
import { closest } from "./closest.ts";
import { mistakesOf } from "./file_mistakes.ts";
import { EXPECTED_PATTERN, FILE_SCHEMA, PATTERN } from "./file_schema.ts";
import { FileText, type Mistake, type Path, pathText } from "./file_text.ts";
import type { Layer } from "./layer.ts";
import { MistakesError } from "./mistakes_error.ts";
import { checkWords, parseHandler, parseRoute } from "./route.ts";
import { UnknownNameError } from "./unknown_name_error.ts";

// Bytes of a file: some 50,000 routes.
const MOST = 16 * 2 ** 20;

// Mistakes that are told, and characters of each: more than that nobody reads.
const MOST_MISTAKES = 20;
const LONGEST = 1_000;

/** A route as an object. */
type FileRoute = { readonly handler: HandlerName } & Readonly<Record<string, unknown>>;

/** The value of a file that has passed the schema. */
interface FileValue extends Readonly<Record<string, unknown>> {
  readonly command?: string | readonly string[];
  readonly routes?: Readonly<Record<string, string | FileRoute>>;
}

/**
 * Reads a configuration file.
 *
 * @throws {UsageError} If it cannot be read, or has mistakes in it (exit code 1).
 */
export async function readConfigFile(path: string): Promise<Layer> {
  return parseConfigFile(await readText(path), path);
}

async function readText(path: string): Promise<string> {
  try {
    const bytes = await readBounded(path, MOST);
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new UsageError(`Cannot read the configuration file "${path}": ${messageOf(cause)}`);
  }
}

/**
 * Reads the text of a configuration file.
 *
 * @param path The file's name in mistakes.
 * @throws {UsageError} If it has mistakes in it (exit code 1).
 */
export function parseConfigFile(text: string, path: string): Layer {
  const file = new FileText(text);
  if (file.mistakes.length > 0) throw errorOf(file.mistakes, file, path);
  const parsed = FILE_SCHEMA.safeParse(file.value);
  const reader = new Reader(file, path);
  if (!parsed.success) {
    reader.readTexts(file.value);
    throw errorOf([...mistakesOf(parsed.error.issues, file), ...reader.mistakes], file, path);
  }
  const layer = reader.read(file.value as FileValue);
  if (reader.mistakes.length > 0) throw errorOf(reader.mistakes, file, path);
  return layer;
}

function errorOf(mistakes: readonly Mistake[], file: FileText, path: string): MistakesError {
  const sorted = [...mistakes].sort((a, b) => a.offset - b.offset);
  const told = sorted.slice(0, MOST_MISTAKES).map(({ message, offset }) => {
    const { line, column } = file.place(offset);
    return `${path}:${line}:${column}: ${abridged(message)}`;
  });
  const more = sorted.length - told.length;
  return new MistakesError(more > 0 ? [...told, `${path}: and ${more} more mistakes`] : told);
}

/** A message without the middle of it, where that is long. */
function abridged(message: string): string {
  if (message.length <= LONGEST) return message;
  return `${message.slice(0, LONGEST * 0.7)} … ${message.slice(-LONGEST * 0.25)}`;
}

/** Makes of a file's value what the command line would make of the same words; collects what is wrong. */
class Reader {
  readonly mistakes: Mistake[] = [];
  readonly #file: FileText;
  readonly #path: string;

  /** @param path The file's name in mistakes. */
  constructor(file: FileText, path: string) {
    this.#file = file;
    this.#path = path;
  }

  read({ command, routes = {}, ...others }: FileValue): Layer {
    const named = Object.entries(routes).map(([path, route]) => {
      const { line, column } = this.#file.place(this.#file.offsetOf(["routes", path]));
      const found = this.#try(["routes", path], (place) => this.#route(path, route, place));
      return found && { ...found, place: `${this.#path}:${line}:${column}` };
    });
    const { route = [], ...options }: Options = valuesOf(LAYERED, others);
    const listed = route.map((text, index) => {
      const place = Array.isArray(others.route) ? ["route", index] : ["route"];
      return this.#try(place, (name) => parseRoute(text, name));
    });
    return {
      options,
      command: this.#try(["command"], (place) => wordsOf(command ?? [], place)) ?? [],
      routes: [...named, ...listed].filter((found) => found !== undefined),
    };
  }

  /** Looks only at the routes that are texts, in a file that has other mistakes. */
  readTexts(value: unknown): void {
    const { routes, route } = (value ?? {}) as { routes?: unknown; route?: unknown };
    for (const [index, text] of [route].flat().entries()) {
      if (typeof text !== "string") continue;
      const place = Array.isArray(route) ? ["route", index] : ["route"];
      this.#try(place, (name) => parseRoute(text, name));
    }
    for (const [path, route] of Object.entries(routes ?? {})) {
      if (typeof route !== "string" || !/^(\*$|\/)/.test(path)) continue;
      this.#try(["routes", path], (place) => this.#route(path, route, place));
    }
  }

  #route(path: string, route: string | FileRoute, place: string): RouteSettings {
    // The schema passes over `__proto__`.
    if (!PATTERN.test(path)) {
      throw new UsageError(
        `Invalid pattern ${JSON.stringify(path)} in routes: expected ${EXPECTED_PATTERN}`,
      );
    }
    parsePattern(path, place);
    if (typeof route === "string") return parseHandler(path, route, `${place}: `);
    const { handler } = route;
    const { argument } = kindNamed(handler);
    const said = argument ? route[argument.name] : undefined;
    const words = argument?.kind === "command"
      ? wordsOf(said as string | readonly string[], place)
      : said === undefined
      ? []
      : [said as string];
    const values = valuesOf(optionsOf(handler), route);
    return { path, handler, words: checkWords(handler, words, place), values };
  }

  #try<T>(path: Path, read: (place: string) => T): T | undefined {
    try {
      return read(pathText(path));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      this.mistakes.push({
        // Only of those that are told: it takes its time.
        get message() {
          return (error instanceof UnknownNameError ? error.hinted(closest) : error).message;
        },
        offset: this.#file.offsetOf(path),
      });
      return undefined;
    }
  }
}

function wordsOf(command: string | readonly string[], place: string): readonly string[] {
  return typeof command === "string" ? splitCommand(command, place) : command;
}

/** The values that an object of the file has for some options, by the options' names. */
function valuesOf(
  options: readonly Option[],
  said: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    options.filter(({ name }) => said[name] !== undefined)
      .map((option) => [option.name, readJson(option, said[option.name])]),
  );
}
