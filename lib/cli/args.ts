// @ts-types="../base/std.d.ts"
import { parseArgs as parseWords } from "npm:deno-std@1.4.0/cli/parse_args.js";
import { UsageError } from "../base/errors.ts";
import { FLAGS, type Options } from "../handlers/flags.ts";
import { KINDS } from "../options/kinds.ts";
import type { Option } from "../options/option.ts";
import { parseOption } from "../options/read_option.ts";
import { ValueError } from "../options/value_error.ts";
import type { OptionTexts } from "./check_options.ts";
import { SHORT_FORMS, type ShortForm } from "./connect/short_forms.ts";
import { withoutSecrets } from "../options/without_secrets.ts";
import { refusedValue } from "./refused_value.ts";
import { UnknownNameError } from "./unknown_name_error.ts";

/** A parsed command line, by what it asks for. */
export type Arguments =
  | { readonly kind: "version" | "license" }
  | { readonly kind: "help"; readonly topic?: string; readonly word?: string }
  | ConnectArguments
  | { readonly kind: "serve" | "check"; readonly command: readonly string[] } & Said;

/** Arguments of the client. */
export interface ConnectArguments extends Said {
  readonly kind: "connect";
  /** The server's address. */
  readonly url: string;
}

/** Options, and the texts that they were said in. */
interface Said {
  readonly options: Options;
  readonly texts: OptionTexts;
}

/**
 * Parses a command line as websocketd does: options, with one dash or two, up to the first word that is
 * none or `--`; the rest is the command.
 *
 * @throws {UsageError} If an option does not exist or its value does not parse (exit code 2).
 */
export function parseArgs(argv: readonly string[]): Arguments {
  const { words, command, short } = splitWords(argv);
  const parsed = parseWords(words, {
    string: FLAGS.map((flag) => flag.name),
    collect: FLAGS.filter((flag) => flag.repeat).map((flag) => flag.name),
  });
  const options: Record<string, unknown> = {};
  const texts = new Map<string, readonly string[]>();
  for (const flag of FLAGS) {
    const value = parsed[flag.name];
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue;
    const said = [value].flat().map(String);
    texts.set(flag.name, said);
    options[flag.name] = valueOf(flag, said);
  }
  const found = options as Options;
  if (found.help === true && found.connect !== undefined) return { kind: "help", topic: "connect" };
  if (found.help) return help(found.help, command);
  for (const kind of ["version", "license"] as const) if (found[kind]) return { kind };
  if (found.connect !== undefined) {
    return connect(found.connect, { options: found, texts }, command);
  }
  const [address = ""] = command;
  if (ADDRESS.test(address)) {
    const said = withoutSecrets(address);
    const what = `Cannot run "${said}": it is an address and no program`;
    throw new UsageError(`${what}; to connect to it, write --connect=${said}`, 2);
  }
  if (DASH.test(address)) {
    const what = `Cannot run "${address}": it begins with a dash, and an option with two hyphens`;
    throw new UsageError(`${what}: ${address.replace(DASH, "--")}`, 2);
  }
  if (short) {
    const what = `Unknown option ${short}: it is short for --${SHORT_FORMS[short[1] ?? ""]?.name}`;
    throw new UsageError(`${what}, but only with --connect=URL`, 2);
  }
  const stray = FLAGS.find(({ name, group }) => group === "Client" && options[name] !== undefined);
  if (stray) throw new UsageError(`--${stray.name} needs --connect=URL`);
  return { kind: found.check ? "check" : "serve", options: found, texts, command };
}

/** A word that stands alone behind it may be what help is wanted about, and may be the COMMAND. */
function help(said: string | true, [word, ...others]: readonly string[]): Arguments {
  if (said !== true) return { kind: "help", topic: said };
  return word === undefined || others.length > 0 ? { kind: "help" } : { kind: "help", word };
}

function connect(url: string, said: Said, command: readonly string[]): Arguments {
  if (command.length > 0) {
    throw new UsageError(
      `Unexpected word "${command[0]}": --connect=${withoutSecrets(url)} takes no COMMAND`,
    );
  }
  const stray = FLAGS.find(({ name, client }) => name in said.options && !client);
  if (stray) {
    throw new UsageError(`--${stray.name} cannot be used with --connect=${withoutSecrets(url)}`);
  }
  return { kind: "connect", url, ...said };
}

/** The address of a server, which is no program: with a scheme, or a host and a port. */
const ADDRESS =
  /^((wss?|https?):\/\/.*|(localhost|[\w-]+(\.[\w-]+)+|\[[\da-f:]+\])?:\d+([/?].*)?)$/is;

/** The dashes that programs which write texts make of the hyphens of an option. */
const DASH = /^[\u2010-\u2015\u2212]+/;

/** A command line in its parts. */
interface Split {
  readonly words: string[];
  readonly command: readonly string[];
  /** The first short form, as it was said. */
  readonly short: string | undefined;
}

/** Writes every option as `--name=value`, which leaves no question about what belongs to what. */
function splitWords(argv: readonly string[]): Split {
  const words: string[] = [];
  let short: string | undefined;
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] as string;
    if (word === "--") return { words, short, command: argv.slice(index + 1) };
    const [, said, equals, value = ""] = /^--?([^-=][^=]*)(=?)([^]*)$/.exec(word) ?? [];
    if (said === undefined) {
      if (word.startsWith("-") && word !== "-") throw new UsageError(`Unknown option ${word}`, 2);
      return { words, short, command: argv.slice(index) };
    }
    const form = word.startsWith("--") ? undefined : shortForm(said);
    if (form && !form.everywhere) short ??= `-${said}`;
    const { name, before = "" } = form ?? { name: said };
    const flag = FLAGS.find((candidate) => candidate.name === name);
    if (!flag) {
      const known = FLAGS.map((candidate) => candidate.name);
      const what = `Unknown option ${word.split("=", 1)[0]}`;
      throw new UnknownNameError(what, "", { said: name, known, prefix: "--" });
    }
    if (equals) words.push(`--${name}=${before}${value}`);
    else if (KINDS[flag.kind].bare) words.push(`--${name}=true`);
    else if (++index < argv.length) words.push(`--${name}=${before}${argv[index]}`);
    else throw new UsageError(`Option ${form ? `-${said}` : `--${name}`} needs a value`, 2);
  }
  return { words, short, command: [] };
}

function shortForm(letter: string): ShortForm | undefined {
  return Object.hasOwn(SHORT_FORMS, letter) ? SHORT_FORMS[letter] : undefined;
}

function valueOf(flag: Option, texts: readonly string[]): unknown {
  try {
    return parseOption(flag, texts);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    throw refusedValue(error, `--${flag.name}`);
  }
}
