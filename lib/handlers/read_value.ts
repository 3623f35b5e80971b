import type { Option } from "./option.ts";

const DURATION = "milliseconds, a number with ms, s, m or h, or forever";
const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** A text that an option does not take. */
export class ValueError extends Error {
  override readonly name = "ValueError";
  /** What it takes. */
  readonly expected: string;
  /** What it was given. */
  readonly text: string;

  /** @param expected What the option takes, to follow “expected”. */
  constructor(expected: string, text: string) {
    super(`Invalid value "${text}": expected ${expected}`);
    this.expected = expected;
    this.text = text;
  }
}

/**
 * Reads the value of an option from text.
 *
 * @param texts The texts that it was given; more than one only where it was repeated.
 * @throws {ValueError} If it does not take them.
 */
export function readValue(option: Option, texts: readonly string[]): unknown {
  const text = texts.at(-1) ?? "";
  switch (option.kind) {
    case "boolean": {
      const value = readBoolean(text);
      if (value !== undefined) return value;
      throw new ValueError(expectedBy(option), text);
    }
    case "number": {
      const number = /^\+?\d+$/.test(text) ? Number(text) : NaN;
      const { least = 0, most = Number.MAX_SAFE_INTEGER } = option;
      if (number >= least && number <= most) return number;
      throw new ValueError(expectedBy(option), text);
    }
    case "duration":
      return readDuration(text);
    case "choice":
      if (option.choices?.includes(text)) return text;
      throw new ValueError(expectedBy(option), text);
    case "list":
      return texts.flatMap((list) => list.split(",")).map((name) => name.trim()).filter(Boolean);
    case "variables":
      return Object.fromEntries(texts.map(readVariable));
    default:
      if (text === "") throw new ValueError(expectedBy(option), text);
      return text;
  }
}

/** Reads whether something is on; undefined where the text does not say it. */
export function readBoolean(text: string): boolean | undefined {
  const word = text.toLowerCase();
  if (["true", "t", "1"].includes(word)) return true;
  return ["false", "f", "0"].includes(word) ? false : undefined;
}

/** What an option takes, to follow “expected”. */
export function expectedBy(option: Option): string {
  switch (option.kind) {
    case "boolean":
      return "true or false";
    case "number": {
      const { least = 0, most } = option;
      return `a whole number, ${most === undefined ? `${least} or more` : `${least} to ${most}`}`;
    }
    case "duration":
      return DURATION;
    case "choice":
      return (option.choices ?? []).join(", ");
    case "list":
      return "names, divided by commas";
    case "variables":
      return "NAME=VALUE";
    default:
      return option.value ?? "a text";
  }
}

/**
 * Reads a duration.
 *
 * @returns Milliseconds; Infinity for `forever`.
 * @throws {ValueError} If it is none, or longer than a timer takes (24 days).
 */
export function readDuration(text: string): number {
  if (text === "forever") return Infinity;
  const [, digits = "", unit = "ms"] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? [];
  const duration = digits === ""
    ? NaN
    : Math.round(Number(digits) * UNITS[unit as keyof typeof UNITS]);
  if (duration < 2 ** 31) return duration;
  throw new ValueError(DURATION, text);
}

function readVariable(text: string): [name: string, value: string] {
  const equals = text.indexOf("=");
  const name = text.slice(0, equals);
  if (equals > 0 && !text.includes("\0")) return [name, text.slice(equals + 1)];
  throw new ValueError("NAME=VALUE", text);
}
