import type { AuthSpec } from "./auths.ts";
import type { Rate } from "../base/token_bucket.ts";
import type { AdminPlace } from "./admin_place.ts";
import type { OriginRule } from "./origins.ts";
import type { Owner } from "../base/owner.ts";
import type { BusPlace } from "../bus/bus_place.ts";

/**
 * The kinds of values, and what a value of each is. How they are written is in the table of kinds.
 *
 * - `switch`: on, off, or on at a path; `topic`: the same with a name;
 * - `size`: bytes, or a number with `K`, `M` or `G` (`KiB`, `MiB`, `GiB`), which are powers of 1024;
 * - `factor`: a number above 0; `count`: a whole number from 1 on, or `auto`;
 * - `rate`: so many a second, and behind a colon how many at once;
 * - `duration`: milliseconds, or a number with `ms`, `s`, `m` or `h`, or `forever`; `seconds`: the same, where
 *   a number alone is seconds;
 * - `mode`: permissions of a file in octal; `owner`: who it belongs to;
 * - `names`: divided by commas; `tokens`: the same, of characters that a header takes;
 * - `texts`: as they are, one for each time that the option is said; so are `headers` and `routes`;
 * - `origins`: divided by commas;
 * - `auths`: `KIND:…`, one for each time, or `none`;
 * - `variables`: `NAME=VALUE`, one for each time;
 * - `networks`: IP addresses, networks and names of several, divided by commas; `base`: a path to be below;
 * - `place`: a port, a Unix socket, or a path of the server;
 * - `bus`: what joins servers: `local`, `off`, a URL, or a file that has one.
 */
export interface KindValues {
  boolean: boolean;
  switch: boolean | string;
  topic: boolean | string;
  number: number;
  duration: number;
  size: number;
  factor: number;
  count: number | "auto";
  rate: Rate;
  seconds: number;
  mode: number;
  owner: Owner;
  text: string;
  choice: string;
  names: readonly string[];
  tokens: readonly string[];
  texts: readonly string[];
  headers: readonly (readonly [name: string, value: string])[];
  routes: readonly string[];
  origins: readonly OriginRule[];
  auths: readonly AuthSpec[];
  place: AdminPlace;
  bus: BusPlace;
  variables: Readonly<Record<string, string>>;
  networks: readonly string[];
  base: string;
}

/** The groups of the server's options, in the order of the help. */
export const GROUPS = [
  "Handler",
  "Pages",
  "Listening",
  "TLS",
  "Lifetime",
  "Servers",
  "Messages",
  "Process",
  "Proxy",
  "Access",
  "Limits",
  "Answers",
  "Log",
  "Admin",
  "Configuration",
  "Client",
  "Help",
] as const;

/**
 * One option: of a route, of the server, or of both, where the server's value is that of all routes which
 * say nothing else. Everything that is known of it is in its row.
 */
export interface Option extends Server {
  readonly name: string;
  readonly kind: keyof KindValues;
  /** The values that a `choice` is among. */
  readonly choices?: readonly string[];
  /** The least that a `number` or a `size` may be; default 0. */
  readonly least?: number;
  /** The most that a `number` may be, or a `duration`, in ms. */
  readonly most?: number;
  /** The unit that a `number`, or a `rate` in a second, counts: then it may be said in a larger one, too. */
  readonly unit?: "bytes" | "ms" | "s" | undefined;
  /** The name of its value in the documentation. */
  readonly value?: string;
  /** The value that it has where nobody says anything. */
  readonly default?: unknown;
  /** The same in words, where it is no value or depends on others. */
  readonly unset?: string;
  /** Whether nothing is a value as well, as if it were not said. */
  readonly empty?: boolean;
  /** The name that it has in code; default: its own. */
  readonly as?: string;
  readonly doc: string;
  /** The differences where it is an option of the server. */
  readonly flag?: Partial<Pick<Option, "value" | "least" | "empty" | "unset" | "repeat" | "doc">>;
}

/** The part that only options of the server have. */
interface Server {
  /** Where it stands in the help; an option without a group is none of the server's. */
  readonly group?: typeof GROUPS[number];
  /** Whether its values add up when it is said several times; in a variable they have a line each. */
  readonly repeat?: boolean;
  /** Whether only the command line has it, not a file or a variable; so all of `Client` and `Help`. */
  readonly wordsOnly?: boolean;
  /** Whether the client of `--connect` has it as well; so all of `Client` and `Help`. */
  readonly client?: boolean;
  /** Whether a reload takes up another value, as part of the routes, or only a restart; the default. */
  readonly reload?: "route" | "restart";
  /** Whether the server's value is for all routes together, and none that a route could have alone. */
  readonly together?: boolean;
  /** The handler that it puts at every path. */
  readonly serves?: string;
  /** The option that it is another name for: the highest source that says either decides. */
  readonly standsFor?: string;
}

/** Type of an option's value. */
// Of a table that is not known, it can be anything.
export type ValueOf<O extends Option> = Option extends O ? unknown
  : O extends { kind: "choice"; choices: readonly (infer C)[] } ? C
  : KindValues[O["kind"]];

/** The values of options, by their names. */
export type Values<T extends readonly Option[]> = {
  readonly [O in T[number] as O["name"]]?: ValueOf<O>;
};

/** The name that an option has in code. */
type PropertyOf<O extends Option> = O extends { as: infer A extends string } ? A : O["name"];

/** The values of options, by their names in code. */
export type Properties<T extends readonly Option[]> = {
  readonly [O in T[number] as PropertyOf<O>]?: ValueOf<O>;
};

/** The same, where what nobody has said is filled in. */
export type Resolved<T extends readonly Option[]> =
  & Properties<T>
  & {
    readonly [O in Extract<T[number], { default: unknown }> as PropertyOf<O>]: ValueOf<O>;
  };
