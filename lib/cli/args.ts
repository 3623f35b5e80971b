import { parseArgs as parseWords } from "@std/cli/parse-args";
import { UsageError } from "../base/errors.ts";
import { type Flag, FLAGS, type Options } from "./flags.ts";

/** What a command line asks for. */
export type Arguments =
  | { readonly kind: "help" | "version" | "license" }
  | { readonly kind: "serve"; readonly options: Options; readonly command: readonly string[] };

const TRUE = ["true", "t", "1"];
const FALSE = ["false", "f", "0"];

/**
 * Parses a command line as websocketd does: options, with one dash or two, up to the first word that is
 * none or `--`; the rest is the command.
 *
 * @throws {UsageError} If an option does not exist or its value does not parse (exit code 2).
 */
export function parseArgs(argv: readonly string[]): Arguments {
  if (argv.length === 0) throw new UsageError("There is no COMMAND");
  const { words, command } = splitWords(argv);
  const parsed = parseWords(words, {
    string: FLAGS.map((flag) => flag.name),
    collect: FLAGS.filter((flag) => flag.kind === "list").map((flag) => flag.name),
  });
  const options: Record<string, unknown> = {};
  for (const flag of FLAGS) {
    const value = parsed[flag.name];
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue;
    options[flag.name] = valueOf(flag, value);
  }
  const found = options as Options;
  for (const kind of ["help", "version", "license"] as const) if (found[kind]) return { kind };
  return { kind: "serve", options: found, command };
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
    const flag: Flag | undefined = FLAGS.find((candidate) => candidate.name === name);
    if (!flag) throw new UsageError(`Unknown option ${word.split("=", 1)[0]}`, 2);
    if (equals) words.push(`--${name}=${value}`);
    else if (flag.kind === "boolean" || flag.kind === "switch") words.push(`--${name}=true`);
    else if (++index < argv.length) words.push(`--${name}=${argv[index]}`);
    else throw new UsageError(`Option --${name} needs a value`, 2);
  }
  return { words, command: [] };
}

function valueOf(flag: Flag, value: unknown): unknown {
  if (flag.kind === "list") return value;
  const text = String(Array.isArray(value) ? value.at(-1) : value);
  if (flag.kind === "boolean" || flag.kind === "switch") {
    const word = text.toLowerCase();
    if (TRUE.includes(word)) return true;
    if (FALSE.includes(word)) return false;
    if (flag.kind === "switch" && text.startsWith("/")) return text;
    const expected = flag.kind === "switch"
      ? "true, false or a path as /_console"
      : "true or false";
    throw new UsageError(`Invalid value "${text}" for --${flag.name}: expected ${expected}`, 2);
  }
  if (flag.kind === "number") {
    const number = /^[+-]?\d+$/.test(text) ? Number(text) : NaN;
    if (Number.isSafeInteger(number)) return number;
    throw new UsageError(`Invalid value "${text}" for --${flag.name}: expected a whole number`, 2);
  }
  return text;
}
