import { TOKEN } from "../base/header_forms.ts";
import { HIDDEN } from "../base/query_token.ts";
import { ownerText, parseOwner } from "../base/owner.ts";
import { readDuration, UNITS } from "../base/read_duration.ts";
import { readSize } from "../base/read_size.ts";
import { sizeText } from "../base/size_text.ts";
import { BUS_PLACE, busPlaceText, parseBusPlace, withoutPassword } from "../bus/bus_place.ts";
import { parseRedisUrl } from "../bus/redis/redis_terms.ts";
import { ADMIN_PLACE, adminPlaceText, parseAdminPlace } from "./admin_place.ts";
import { AUTHS, authTexts, parseAuths } from "./auths.ts";
import { BASE_PATH, isBasePath } from "./base_path.ts";
import { HEADER_LINE, parseHeaderLine } from "./header_line.ts";
import { NETWORKS, parseNetworks } from "./networks.ts";
import type { KindValues, Option } from "./option.ts";
import { ORIGINS, originText, parseOrigins } from "./origins.ts";
import { parseRate, RATE, rateText } from "./rates.ts";
import { ValueError } from "./value_error.ts";
import { withoutSecrets } from "./without_secrets.ts";

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
    parse: ([text = ""]) => readBoolean(text) ?? refuse("true or false", text, BOOLEANS),
    expected: () => "true or false",
    show: String,
  },
  switch: {
    bare: true,
    parse([text = ""], option) {
      return readBoolean(text) ??
        (text.startsWith("/") ? text : refuse(this.expected(option), text, BOOLEANS));
    },
    expected: () => "true, false or a path as /_console",
    show: String,
  },
  topic: {
    bare: true,
    parse: ([text = ""]) => readBoolean(text) ?? (text || refuse("true, false or a name", text)),
    expected: () => "true, false or a name",
    show: String,
  },
  number: {
    parse([text = ""], { unit }) {
      const number = readNumber(text, unit) ?? NaN;
      return Number.isSafeInteger(number)
        ? number
        : refuse(`a whole number${alsoWith(unit)}`, text);
    },
    check(value, option) {
      const { least = 0, most = Infinity } = option;
      if (value < least || value > most) refuse(this.expected(option), String(value));
    },
    expected({ least = 0, most, unit }) {
      if (least === -Infinity) return "a whole number";
      const range = most === undefined ? `${least} or more` : `${least} to ${most}`;
      return `a whole number, ${range}${alsoWith(unit)}`;
    },
    show: String,
  },
  duration: {
    parse([text = ""], option) {
      return readDuration(text) ?? refuse(this.expected(option), text);
    },
    check(value, option) {
      if (value > (option.most ?? Infinity)) {
        refuse(this.expected(option), this.show(value) as string);
      }
    },
    expected: ({ most }) => most === undefined ? DURATION : `${TIME}, at most ${most / UNITS.h}h`,
    show: (value) => value === Infinity ? "forever" : String(value),
  },
  size: {
    parse: ([text = ""]) => readSize(text) ?? refuse(SIZE, text),
    check(value, option) {
      if (value < (option.least ?? 0)) refuse(this.expected(option), sizeText(value));
    },
    expected: ({ least }) => least === undefined ? SIZE : `${SIZE}, at least ${sizeText(least)}`,
    show: sizeText,
  },
  factor: {
    parse: ([text = ""]) =>
      /^\d{1,9}(\.\d{1,9})?$/.test(text) ? Number(text) : refuse(FACTOR, text),
    check(value) {
      if (value <= 0) refuse(FACTOR, String(value));
    },
    expected: () => FACTOR,
    show: String,
  },
  count: {
    parse([text = ""], option) {
      if (text === "auto") return text;
      return /^\d{1,9}$/.test(text) ? Number(text) : refuse(this.expected(option), text);
    },
    check(value, option) {
      if (value === "auto" || value >= 1 && value <= (option.most ?? Infinity)) return;
      refuse(this.expected(option), String(value));
    },
    expected: ({ most }) =>
      `a whole number, ${most === undefined ? "1 or more" : `1 to ${most}`}, or auto`,
    show: String,
  },
  rate: {
    parse([text = ""], option) {
      return parseRate(text, option.unit) ?? refuse(this.expected(option), text);
    },
    check(value, option) {
      const { perSecond, burst } = value;
      if (!(perSecond >= 0 && burst >= 1)) {
        refuse(this.expected(option), this.show(value) as string);
      }
    },
    expected: ({ unit }) => `${RATE}${alsoWith(unit)}`,
    show: rateText,
  },
  seconds: {
    parse: ([text = ""]) => readDuration(text, "s") ?? refuse(SECONDS, text),
    expected: () => SECONDS,
    show: (value) => value === Infinity ? "forever" : String(value / UNITS.s),
  },
  mode: {
    parse: ([text = ""]) => /^0?[0-7]{3}$/.test(text) ? parseInt(text, 8) : refuse(MODE, text),
    expected: () => MODE,
    show: (value) => value.toString(8).padStart(4, "0"),
  },
  owner: {
    parse: ([text = ""]) => parseOwner(text) ?? refuse(OWNER, text),
    expected: () => OWNER,
    show: ownerText,
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
      const { choices = [] } = option;
      if (!choices.includes(value)) refuse(this.expected(option), value, choices);
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
      if (texts.includes("") && !option.empty) refuse(this.expected(option), "");
    },
    expected: ({ value = "a text" }) => `${value}, or several of them`,
    show: (texts) => texts,
  },
  headers: {
    adds: true,
    parse: (texts) => texts.map((text) => parseHeaderLine(text) ?? refuse(HEADER_LINE, text)),
    expected: () => `${HEADER_LINE}, or several of them`,
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
      // A program can write them as browsers do not: such a one would match nobody.
      for (const text of rules.map(originText)) {
        const written = parseOrigins(text).map(originText).join();
        if (written !== text) refuse(written, text);
      }
    },
    expected: () => ORIGINS,
    show: (rules) => rules.map(originText).join(","),
  },
  auths: {
    adds: true,
    parse: parseAuths,
    expected: () => AUTHS,
    show: (specs) => authTexts(specs).map(withoutSecrets),
  },
  place: {
    parse: ([text = ""]) => parseAdminPlace(text),
    expected: () => ADMIN_PLACE,
    show: adminPlaceText,
  },
  bus: {
    parse([text = ""]) {
      return parseBusPlace(text) ?? refuse(BUS_PLACE, withoutPassword(text));
    },
    check(place) {
      if (place.kind === "redis") parseRedisUrl(place.url);
    },
    expected: () => BUS_PLACE,
    show: busPlaceText,
  },
  variables: {
    adds: true,
    parse: (texts) => Object.fromEntries(texts.map(readVariable)),
    expected: () => "NAME=VALUE",
    // Not their values: they may be secrets, and this is read by others.
    show: (variables) => Object.keys(variables).join(","),
  },
  networks: {
    adds: true,
    parse: (texts) => divide(texts).map(expectNetworks),
    check(texts) {
      if (texts.length === 0) refuse(NETWORKS, "");
      texts.forEach(expectNetworks);
    },
    expected: () => NETWORKS,
    show: (texts) => texts.join(","),
  },
  base: {
    parse: ([text = ""]) => expectBasePath(text),
    check(path) {
      expectBasePath(path);
    },
    expected: () => BASE_PATH,
    show: String,
  },
};

const BOOLEANS = ["true", "false"];
const FACTOR = "a number above 0, as 2 or 0.5";
const TIME = "milliseconds, or a number with ms, s, m or h";
const DURATION = "milliseconds, a number with ms, s, m or h, or forever";
const SECONDS = "seconds, a number with ms, s, m or h, or forever";
const SIZE = "bytes, or a number with K, M or G";
const MODE = "three octal digits, as 660, or a 0 and three, as 0660";
const OWNER = "USER, USER:GROUP or :GROUP, by names or numbers";

function refuse(expected: string, text: string, known?: readonly string[]): never {
  throw new ValueError(expected, text, known);
}

function readBoolean(text: string): boolean | undefined {
  const word = text.toLowerCase();
  if (["true", "t", "1"].includes(word)) return true;
  return ["false", "f", "0"].includes(word) ? false : undefined;
}

/** A number, or what is one in its unit when it is said in a larger one. */
function readNumber(text: string, unit: Option["unit"]): number | undefined {
  if (/^[+-]?\d+$/.test(text)) return Number(text);
  if (unit === undefined || !/[a-z]$/i.test(text)) return undefined;
  return unit === "bytes" ? readSize(text) : (readDuration(text) ?? NaN) / UNITS[unit];
}

/** The larger units that a number may be said in, to follow what it is expected to be. */
function alsoWith(unit: Option["unit"]): string {
  if (unit === undefined) return "";
  return `, also with ${unit === "bytes" ? "K, M or G" : "ms, s, m or h"}`;
}

function divide(texts: readonly string[]): string[] {
  return texts.flatMap((list) => list.split(",")).map((name) => name.trim());
}

function expectNetworks(text: string): string {
  return parseNetworks(text) ? text : refuse(NETWORKS, text);
}

function expectBasePath(text: string): string {
  // Who has none does not say it.
  return text !== "" && isBasePath(text) ? text : refuse(BASE_PATH, text);
}

function readVariable(text: string): [name: string, value: string] {
  const equals = text.indexOf("=");
  if (equals > 0 && !text.includes("\0")) return [text.slice(0, equals), text.slice(equals + 1)];
  return refuse("NAME=VALUE", text.replace(/=.*/s, `=${HIDDEN}`));
}
