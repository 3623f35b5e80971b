import { LAYERED, type Options } from "../handlers/flags.ts";
import type { Option } from "../options/option.ts";
import { readOption } from "../options/read_option.ts";
import { ValueError } from "../options/value_error.ts";
import type { Layer } from "./layer.ts";
import { refusedValue } from "./refused_value.ts";
import { parseRoute } from "./route.ts";

/** The layer of the configuration that comes from the environment. */
export interface EnvironmentLayer extends Layer {
  /** The names that were used. */
  readonly used: readonly string[];
  /** Names that begin like those of options and are none. */
  readonly unknown: readonly string[];
  /** Names with values that count as not set. */
  readonly unset: readonly string[];
}

const PREFIX = "STDWS_";
const FILE = `${PREFIX}CONFIG`;

// What a program of a server gets by these names is not meant for a server that the program is.
const OTHERS = /^STDWS_PARAM_/;

// Kubernetes gives every container the addresses of the services around it, by names such as STDWS_SERVICE_HOST and
// STDWS_PORT_80_TCP_ADDR for one that is called stdws, and STDWS_CHAT_SERVICE_HOST for stdws-chat.
const OF_SERVICES = /^STDWS_(\w+_)?(SERVICE_(HOST|PORT(_\w+)?)|PORT_\d+_(TCP|UDP|SCTP)(_\w+)?)$/;
const OF_SERVICES_TOO = /^STDWS_(\w+_)?PORT$/;
const ADDRESS = /^(tcp|udp|sctp):\/\//;

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
    // Deno may not look at this one: it counts as not set.
    return undefined;
  }
}

/** The configuration file that the variables name; undefined where they name none. */
export function fileOf(variables: Readonly<Record<string, string>>): string | undefined {
  return isSet(FILE, variables) ? variables[FILE] : undefined;
}

/**
 * Reads options from variables; one with several values has one a line. An empty one says nothing, as what
 * starts containers has no other way to leave one out; but for who may come in, where it is a mistake.
 *
 * @param overridden Whether somebody else has the say about an option: its variable is not read then.
 * @throws {UsageError} If a value is none for its option (exit code 2).
 */
export function readEnvironment(
  variables: Readonly<Record<string, string>>,
  overridden: (name: string) => boolean = () => false,
): EnvironmentLayer {
  const options: Record<string, unknown> = {};
  const unset: string[] = [];
  const used: string[] = [];
  // That of a file is read by whoever reads the file.
  const known = new Set([FILE, ...LAYERED.map(variableOf)]);
  for (const flag of LAYERED) {
    const name = variableOf(flag);
    const text = variables[name];
    if (text === undefined || overridden(flag.name)) continue;
    used.push(name);
    // Of names, none are a value as well: `STDWS_PASSENV=` passes nothing on. Who may come in has to be said where
    // it is spoken of: by a secret that is missing, everybody could.
    const isSaid = flag.kind === "names" ? text === "" : flag.kind === "auths";
    if (isSet(name, variables) || isSaid) {
      options[flag.name] = read(flag, name, text);
    } else unset.push(name);
  }
  if (variables[FILE] !== undefined && !overridden("config")) {
    used.push(FILE);
    if (!isSet(FILE, variables)) unset.push(FILE);
  }
  const { route = [], ...others } = options as Options;
  return {
    options: others,
    command: [],
    routes: route.map((text) => parseRoute(text, variableOf({ name: "route" }))),
    used,
    unknown: Object.keys(variables).filter((name) => {
      return name.startsWith(PREFIX) && !known.has(name) && !isOfOthers(name, variables);
    }),
    unset,
  };
}

/** Whether a variable has a value that is meant for a server. */
function isSet(name: string, variables: Readonly<Record<string, string>>): boolean {
  return (variables[name] ?? "").trim() !== "" && !isOfOthers(name, variables);
}

/** Whether what sets a variable is not the one who starts the server. */
function isOfOthers(name: string, variables: Readonly<Record<string, string>>): boolean {
  if (OTHERS.test(name) || OF_SERVICES.test(name)) return true;
  return OF_SERVICES_TOO.test(name) && ADDRESS.test(variables[name] ?? "");
}

function read(flag: Option, name: string, text: string): unknown {
  try {
    return readOption(flag, flag.repeat ? linesOf(text) : [text]);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    const { known, expected } = error;
    throw refusedValue({ text, known, expected }, name);
  }
}

/** The lines that are not empty. */
function linesOf(text: string): readonly string[] {
  return text.split("\n").map((line) => line.trim()).filter(Boolean);
}
