import { UsageError } from "../base/errors.ts";
import { LAYERED, type Options } from "../handlers/flags.ts";
import type { Option } from "../options/option.ts";
import { readOption } from "../options/read_option.ts";
import { ValueError } from "../options/value_error.ts";
import type { Layer } from "./layer.ts";
import { parseRoute } from "./route.ts";

/** The layer of the configuration that comes from the environment. */
export interface EnvironmentLayer extends Layer {
  /** The configuration file. */
  readonly file: string | undefined;
  /** The names that were used. */
  readonly used: readonly string[];
  /** Names that begin like those of options and are none. */
  readonly unknown: readonly string[];
}

const PREFIX = "STDWS_";
const FILE = `${PREFIX}CONFIG`;

// What a program of a server gets by these names is not meant for a server that the program is.
const OTHERS = /^STDWS_PARAM_/;

/** The variable of an option, as `STDWS_LOG_FORMAT`. */
export function variableOf({ name }: Pick<Option, "name">): string {
  return PREFIX + name.toUpperCase().replaceAll("-", "_");
}

/** The server's variables that begin with `STDWS_`. */
export function ownVariables(): Record<string, string> {
  try {
    return Object.fromEntries(
      Object.entries(Deno.env.toObject()).filter(([name]) => name.startsWith(PREFIX)),
    );
  } catch {
    // Only a look at one after the other is allowed, or not even that.
    return Object.fromEntries(
      [FILE, ...LAYERED.map(variableOf)].flatMap((name) => {
        const value = permitted(name);
        return value === undefined ? [] : [[name, value]];
      }),
    );
  }
}

function permitted(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch {
    return undefined;
  }
}

/**
 * Reads options from variables; one with several values has one a line.
 *
 * @throws {UsageError} If a value is none for its option (exit code 2).
 */
export function readEnvironment(variables: Readonly<Record<string, string>>): EnvironmentLayer {
  const options: Record<string, unknown> = {};
  const used: string[] = [];
  for (const flag of LAYERED) {
    const name = variableOf(flag);
    const text = variables[name];
    if (text === undefined) continue;
    options[flag.name] = read(flag, name, text);
    used.push(name);
  }
  const { route = [], ...others } = options as Options;
  const file = variables[FILE];
  if (file === "") throw new UsageError(`Invalid value "" for ${FILE}: expected a file`, 2);
  if (file !== undefined) used.push(FILE);
  const unknown = Object.keys(variables).filter((name) => {
    return name.startsWith(PREFIX) && !used.includes(name) && !OTHERS.test(name);
  });
  return {
    options: others,
    command: [],
    routes: route.map((text) => parseRoute(text, variableOf({ name: "route" }))),
    file,
    used,
    unknown,
  };
}

function read(flag: Option, name: string, text: string): unknown {
  try {
    return readOption(flag, flag.repeat ? linesOf(text) : [text]);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    throw new UsageError(`Invalid value "${text}" for ${name}: expected ${error.expected}`, 2);
  }
}

/** The lines that are not empty; where all are, an empty one, which no option takes. */
function linesOf(text: string): readonly string[] {
  const lines = text.split("\n").map((line) => line.trim()).filter(Boolean);
  return lines.length > 0 ? lines : [""];
}
