import { parseArgs as parseWords } from "@std/cli/parse-args";
import { UsageError } from "../base/errors.ts";
import { FLAGS, type Options } from "../handlers/flags.ts";
import { KINDS } from "../options/kinds.ts";
import type { Option } from "../options/option.ts";
import { parseOption } from "../options/read_option.ts";
import { ValueError } from "../options/value_error.ts";
import { UnknownNameError } from "./unknown_name_error.ts";

/** A parsed command line, by what it asks for. */
export type Arguments =
  | { readonly kind: "help" | "version" | "license" }
  | { readonly kind: "connect"; readonly url: string; readonly options: Options }
  | {
    readonly kind: "serve" | "check";
    readonly options: Options;
    readonly command: readonly string[];
  };

/**
 * Parses a command line as websocketd does: options, with one dash or two, up to the first word that is
 * none or `--`; the rest is the command.
 *
 * @throws {UsageError} If an option does not exist or its value does not parse (exit code 2).
 */
export function parseArgs(argv: readonly string[]): Arguments {
  const { words, command } = splitWords(argv);
  const parsed = parseWords(words, {
    string: FLAGS.map((flag) => flag.name),
    collect: FLAGS.filter((flag) => flag.repeat).map((flag) => flag.name),
  });
  const options: Record<string, unknown> = {};
  for (const flag of FLAGS) {
    const value = parsed[flag.name];
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue;
    options[flag.name] = valueOf(flag, value);
  }
  const found = options as Options;
  for (const kind of ["help", "version", "license"] as const) if (found[kind]) return { kind };
  if (found.connect !== undefined) return connect(found.connect, found, command);
  const stray = FLAGS.find(({ name, group }) => group === "Client" && options[name] !== undefined);
  if (stray) throw new UsageError(`--${stray.name} needs --connect=URL`);
  return { kind: found.check ? "check" : "serve", options: found, command };
}

function connect(url: string, options: Options, command: readonly string[]): Arguments {
  if (command.length > 0) {
    throw new UsageError(`Unexpected word "${command[0]}": --connect=${url} takes no COMMAND`);
  }
  const stray = FLAGS.find(({ name, client }) => name in options && !client);
  if (stray) throw new UsageError(`--${stray.name} cannot be used with --connect=${url}`);
  return { kind: "connect", url, options };
}

/** Writes every option as `--name=value`, which leaves no question about what belongs to what. */
function splitWords(argv: readonly string[]): { words: string[]; command: readonly string[] } {
  const words: string[] = [];
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] as string;
    if (word === "--") return { words, command: argv.slice(index + 1) };
    const [, name, equals, value = ""] = /^--?([^-=][^=]*)(=?)([^]*)$/.exec(word) ?? [];
    if (name === undefined) {
      if (word.startsWith("-") && word !== "-") throw new UsageError(`Unknown option ${word}`, 2);
      return { words, command: argv.slice(index) };
    }
    const flag = FLAGS.find((candidate) => candidate.name === name);
    if (!flag) {
      const known = FLAGS.map((candidate) => candidate.name);
      const what = `Unknown option ${word.split("=", 1)[0]}`;
      throw new UnknownNameError(what, "", { said: name, known, prefix: "--" });
    }
    if (equals) words.push(`--${name}=${value}`);
    else if (KINDS[flag.kind].bare) words.push(`--${name}=true`);
    else if (++index < argv.length) words.push(`--${name}=${argv[index]}`);
    else throw new UsageError(`Option --${name} needs a value`, 2);
  }
  return { words, command: [] };
}

function valueOf(flag: Option, value: unknown): unknown {
  try {
    return parseOption(flag, [value].flat().map(String));
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    const { expected, text } = error;
    throw new UsageError(`Invalid value "${text}" for --${flag.name}: expected ${expected}`, 2);
  }
}
