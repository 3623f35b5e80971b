import type { KindValues, Option } from "./option.ts";
import { ORIGINS, originText, parseOrigins } from "./origins.ts";
import { ValueError } from "./value_error.ts";

/** Reads, checks and shows the values of a kind. */
export interface ValueKind<V> {
  /** Whether it has the texts of all times that it was said; otherwise the last one counts. */
  readonly adds?: boolean;
  /** Whether it needs no value to be on. */
  readonly bare?: boolean;
  /** Makes a value of texts that look like one; throws a {@linkcode ValueError} where they do not. */
  parse(texts: readonly string[], option: Option): V;
  /** Throws one where the option does not take the value. */
  check?(value: V, option: Option): void;
  /** Says what an option takes, to follow “expected”. */
  expected(option: Option): string;
  /** A value as it is shown, and where it adds up, each part of it. */
  show(value: V): string | readonly string[];
}

/** All kinds: a new one has a row here, one in the schema, and its type. */
export const KINDS: { readonly [K in keyof KindValues]: ValueKind<KindValues[K]> } = {
  boolean: {
    bare: true,
    parse: ([text = ""]) => readBoolean(text) ?? refuse("true or false", text),
    expected: () => "true or false",
    show: String,
  },
  switch: {
    bare: true,
    parse([text = ""], option) {
      return readBoolean(text) ??
        (text.startsWith("/") ? text : refuse(this.expected(option), text));
    },
    expected: () => "true, false or a path as /_console",
    show: String,
  },
  number: {
    parse([text = ""]) {
      const number = /^[+-]?\d+$/.test(text) ? Number(text) : NaN;
      return Number.isSafeInteger(number) ? number : refuse("a whole number", text);
    },
    check(value, option) {
      const { least = 0, most = Infinity } = option;
      if (value < least || value > most) refuse(this.expected(option), String(value));
    },
    expected({ least = 0, most }) {
      if (least === -Infinity) return "a whole number";
      return `a whole number, ${most === undefined ? `${least} or more` : `${least} to ${most}`}`;
    },
    show: String,
  },
  duration: {
    parse: ([text = ""]) => readDuration(text),
    expected: () => DURATION,
    show: (value) => value === Infinity ? "forever" : String(value),
  },
  mode: {
    parse: ([text = ""]) => /^0?[0-7]{3}$/.test(text) ? parseInt(text, 8) : refuse(MODE, text),
    expected: () => MODE,
    show: (value) => value.toString(8).padStart(4, "0"),
  },
  text: {
    parse: ([text = ""]) => text,
    check(value, option) {
      if (value === "" && !option.empty) refuse(this.expected(option), value);
    },
    expected: ({ value = "a text" }) => value,
    show: String,
  },
  choice: {
    parse: ([text = ""]) => text,
    check(value, option) {
      if (!option.choices?.includes(value)) refuse(this.expected(option), value);
    },
    expected: ({ choices = [] }) => choices.join(", "),
    show: String,
  },
  names: {
    adds: true,
    parse: (texts) => divide(texts).filter(Boolean),
    expected: () => "names, divided by commas",
    show: (names) => names.join(","),
  },
  tokens: {
    adds: true,
    parse(texts, option) {
      // One that is left empty is a mistake where each is said for itself.
      const names = divide(texts).filter((name) => name !== "" || option.repeat);
      for (const name of names) if (!TOKEN.test(name)) refuse(this.expected(option), name);
      return names;
    },
    expected: () => "a name without spaces and separators",
    show: (names) => names,
  },
  texts: {
    adds: true,
    parse: (texts) => texts,
    check(texts, option) {
      if (texts.includes("")) refuse(this.expected(option), "");
    },
    expected: ({ value = "a text" }) => `${value}, or several of them`,
    show: (texts) => texts,
  },
  headers: {
    adds: true,
    parse: (texts) => texts.map(readHeader),
    expected: () => `${HEADER}, or several of them`,
    show: (headers) => headers.map(([name, value]) => `${name}: ${value}`),
  },
  routes: {
    adds: true,
    parse: (texts) => texts,
    expected: () => "PATTERN=HANDLER[?option=value&…][ COMMAND args…], or several of them",
    show: (texts) => texts,
  },
  origins: {
    parse: ([text = ""]) => text === "" ? [] : parseOrigins(text),
    check(rules, { empty, value = ORIGINS }) {
      if (rules.length === 0 && !empty) refuse(value, "");
    },
    expected: () => ORIGINS,
    show: (rules) => rules.map(originText).join(","),
  },
  variables: {
    adds: true,
    parse: (texts) => Object.fromEntries(texts.map(readVariable)),
    expected: () => "NAME=VALUE",
    // Not their values: they may be secrets, and this is read by others.
    show: (variables) => Object.keys(variables).join(","),
  },
};

const DURATION = "milliseconds, a number with ms, s, m or h, or forever";
const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const MODE = "three octal digits, as 660, or a 0 and three, as 0660";
const HEADER = '"Name: value"';
/** A name as headers have it: RFC 9110 §5.6.2. */
export const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

function refuse(expected: string, text: string): never {
  throw new ValueError(expected, text);
}

function readBoolean(text: string): boolean | undefined {
  const word = text.toLowerCase();
  if (["true", "t", "1"].includes(word)) return true;
  return ["false", "f", "0"].includes(word) ? false : undefined;
}

/** Milliseconds, less than a timer takes (24 days), or Infinity. */
function readDuration(text: string): number {
  if (text === "forever") return Infinity;
  const [, digits = "NaN", unit = "ms"] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? [];
  const duration = Math.round(Number(digits) * UNITS[unit as keyof typeof UNITS]);
  return duration < 2 ** 31 ? duration : refuse(DURATION, text);
}

function divide(texts: readonly string[]): string[] {
  return texts.flatMap((list) => list.split(",")).map((name) => name.trim());
}

function readHeader(text: string): [name: string, value: string] {
  const colon = text.indexOf(":");
  const header: [string, string] = [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
  try {
    // Refuses what cannot be a name or a value.
    if (colon > 0) new Headers([header]);
  } catch {
    return refuse(HEADER, text);
  }
  return colon > 0 ? header : refuse(HEADER, text);
}

function readVariable(text: string): [name: string, value: string] {
  const equals = text.indexOf("=");
  if (equals > 0 && !text.includes("\0")) return [text.slice(0, equals), text.slice(equals + 1)];
  return refuse("NAME=VALUE", text);
}
