// @ts-types="../../lib/base/std.d.ts"
import { parseArgs } from "@std/cli/parse-args";

/** Options of the bench. */
export interface Options {
  /** Whether to say only how it is used. */
  readonly help: boolean;
  /** Whether to print JSON instead of a table. */
  readonly json: boolean;
  /** Whether a rough look is enough. */
  readonly quick: boolean;
  /** The number of times that everybody does each item. */
  readonly rounds: number;
  /** The items to measure. */
  readonly only: readonly string[];
  /** The servers to compare. */
  readonly servers: readonly string[];
  /** A compiled stdws to measure instead of `deno run main.ts`. */
  readonly binary?: string;
  /** The folder of another stdws to compare with. */
  readonly tree?: string;
  /** Numbers of workers to measure stdws with as well. */
  readonly workers: readonly number[];
}

/** The names that {@linkcode parseOptions} accepts. */
export interface Known {
  /** All items. */
  readonly items: readonly string[];
  /** All servers of this tree, and those that are none of stdws. */
  readonly servers: readonly string[];
  /** Servers that another tree adds. */
  readonly based: readonly string[];
}

const BOOLEANS = ["help", "json", "quick"] as const;
const STRINGS = ["rounds", "only", "servers", "binary", "tree", "workers"] as const;

/**
 * Reads the words after `deno task bench`.
 *
 * @param args The words.
 * @param known The items and servers that there are.
 * @returns The options, with what was not given filled in.
 * @throws {Error} If a word is no option or its value cannot be used.
 */
export function parseOptions(args: readonly string[], known: Known): Options {
  const { _: words, ...given } = parseArgs(args, { boolean: BOOLEANS, string: STRINGS });
  const names: readonly string[] = [...BOOLEANS, ...STRINGS];
  const stray = Object.keys(given).find((name) => !names.includes(name)) ?? words[0];
  if (stray !== undefined) throw new Error(`Cannot use "${stray}": there is no such option`);
  const quick = given["quick"] === true;
  const rounds = readRounds(given["rounds"], quick ? 2 : 5);
  const workers = readWorkers(given["workers"]);
  const options = {
    help: given["help"] === true,
    json: given["json"] === true,
    quick,
    rounds,
    only: readNames("only", given["only"], known.items),
    servers: readNames("servers", given["servers"], [
      ...known.servers,
      ...(given["tree"] === undefined ? [] : known.based),
      ...workers.map((count) => `workers-${count}`),
    ]),
    workers,
  };
  const { binary, tree } = given;
  if (tree === "") throw new Error("Cannot use --tree=: it is the folder of another stdws");
  return {
    ...options,
    ...(typeof binary === "string" && { binary }),
    ...(typeof tree === "string" && { tree }),
  };
}

function readRounds(value: unknown, fallback: number): number {
  if (value === undefined) return fallback;
  if (!/^[1-9]\d{0,3}$/.test(String(value))) {
    throw new Error(`Cannot use --rounds=${value}: it is no number from 1 to 9999`);
  }
  return Number(value);
}

function readWorkers(value: unknown): readonly number[] {
  if (value === undefined) return [];
  const counts = String(value).split(",");
  if (!counts.every((count) => /^[1-9]\d?$/.test(count))) {
    throw new Error(`Cannot use --workers=${value}: it is no list of numbers from 1 to 99`);
  }
  return counts.map(Number);
}

function readNames(option: string, value: unknown, all: readonly string[]): readonly string[] {
  if (value === undefined) return all;
  const chosen = String(value).split(",");
  for (const name of chosen) {
    if (all.includes(name)) continue;
    throw new Error(`Cannot use --${option}=${value}: "${name}" is none of ${all.join(", ")}`);
  }
  return all.filter((name) => chosen.includes(name));
}
