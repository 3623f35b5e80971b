/** An option of a handler, as `--route` and the configuration file have it. */
export interface Option {
  readonly name: string;
  /**
   * What its value is: a `list` has elements, in text divided by commas; `duration` is milliseconds, or a
   * number with `ms`, `s`, `m` or `h`, or `forever`; `variables` are names with values, in text
   * `NAME=VALUE`, the option repeated for each.
   */
  readonly kind: "boolean" | "number" | "text" | "list" | "choice" | "duration" | "variables";
  /** What a `choice` is among. */
  readonly choices?: readonly string[];
  /** The least that a `number` may be; default 0. */
  readonly least?: number;
  /** The most that a `number` may be. */
  readonly most?: number;
  /** Whether a `text` is a list, divided by commas. */
  readonly commas?: boolean;
  /** How its value is called in the documentation. */
  readonly value?: string;
  /** What it is without being set, in words. */
  readonly default?: string;
  readonly doc: string;
}

/** The values of options, by their names. */
export type Values<T extends readonly Option[]> = {
  readonly [O in T[number] as O["name"]]?: ValueOf<O>;
};

// Of a table that is not known, it can be anything.
type ValueOf<O extends Option> = Option extends O ? unknown
  : O extends { kind: "boolean" } ? boolean
  : O extends { kind: "number" | "duration" } ? number
  : O extends { kind: "choice"; choices: readonly (infer C)[] } ? C
  : O extends { kind: "list" } ? readonly string[]
  : O extends { kind: "variables" } ? Readonly<Record<string, string>>
  : string;
