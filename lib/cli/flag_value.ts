import { readBoolean } from "../handlers/read_value.ts";
import type { Flag } from "./flags.ts";
import { checkOrigins, FormError, parseHeader, parseMode } from "./forms.ts";

/**
 * Reads the value of an option from the texts that it was given, of which the last counts, except for a
 * list.
 *
 * @throws {FormError} If it is none of its kind.
 */
export function readFlag(flag: Flag, texts: readonly string[]): unknown {
  const text = texts.at(-1) ?? "";
  switch (flag.kind) {
    case "list":
      return texts;
    case "boolean":
    case "switch": {
      const value = readBoolean(text);
      if (value !== undefined) return value;
      if (flag.kind === "switch" && text.startsWith("/")) return text;
      throw new FormError(expectedBy(flag));
    }
    case "number": {
      const number = /^[+-]?\d+$/.test(text) ? Number(text) : NaN;
      if (Number.isSafeInteger(number)) return number;
      throw new FormError("a whole number");
    }
    default:
      return text;
  }
}

/** What values of each option look like that are not just any text. */
const FORMS: Readonly<Record<string, (text: string) => unknown>> = {
  header: parseHeader,
  "header-ws": parseHeader,
  "header-http": parseHeader,
  "unixsocket-mode": parseMode,
  origin: checkOrigins,
};

/**
 * Checks a value of the right kind against what the option takes, so that a mistake can be told where it
 * was made. On the command line that is where the value is used.
 *
 * @throws {FormError} If it is not taken.
 */
export function checkFlag(flag: Flag, value: unknown): void {
  if (typeof value === "number") {
    const { least = -Infinity, most = Infinity } = flag;
    if (value < least || value > most) throw new FormError(expectedBy(flag));
  }
  for (const text of [value].flat()) {
    if (typeof text !== "string") continue;
    // An empty list is one, an empty name is none.
    if (text === "" && flag.commas) continue;
    if (text === "" || (flag.choices && !flag.choices.includes(text))) {
      throw new FormError(expectedBy(flag));
    }
    FORMS[flag.name]?.(text);
  }
}

/** What values stand for that the help has one letter for. */
const ITEMS: Readonly<Record<string, string>> = {
  H: '"Name: value"',
  R: "PATTERN=HANDLER[?option=value&…][ COMMAND args…]",
};

/** What an option takes, to follow “expected”. */
export function expectedBy(flag: Flag): string {
  const { kind, choices, least, most, commas, value = "a text" } = flag;
  if (choices) return choices.join(", ");
  switch (kind) {
    case "boolean":
      return "true or false";
    case "switch":
      return "true, false or a path as /_console";
    case "number":
      if (least === undefined) return "a whole number";
      return `a whole number, ${most === undefined ? `${least} or more` : `${least} to ${most}`}`;
    case "list":
      return `${ITEMS[value] ?? value}, or several of them`;
    default:
      return commas ? `${value}, a list` : value;
  }
}
