import { UsageError } from "../base/errors.ts";
import { TOKEN } from "../base/header_forms.ts";
import { isObject } from "../base/is_object.ts";
import { HIDDEN } from "../base/query_token.ts";
import { shown } from "../base/shown.ts";
import type { KindValues, Option } from "./option.ts";
import { checkOption, expectedBy } from "./read_option.ts";
import { ValueError } from "./value_error.ts";
import { withoutSecrets } from "./without_secrets.ts";

/**
 * Checks what a program gives options by their properties: its types may never have been looked at.
 *
 * @param of The function that has them, as it stands behind a name: ` of process()`.
 * @throws {UsageError} If an option does not take its value; one that is undefined is not said.
 */
export function checkProperties(options: readonly Option[], given: object, of: string): void {
  const values = given as Readonly<Record<string, unknown>>;
  for (const option of options) {
    const { name, as = name } = option;
    // A program says a number in its unit, and in no larger one.
    const plain = { ...option, unit: undefined };
    const expected = values[as] === undefined ? undefined : refusal(plain, values[as]);
    if (expected === undefined) continue;
    const said = option.kind === "variables"
      ? shownVariables(values[as])
      : withoutSecrets(shown(values[as]));
    throw new UsageError(`Invalid value ${said} for ${as}${of}: expected ${expected}`);
  }
}

/** Names the variables that are no texts; of no value even a part, because nobody knows which of them is a secret. */
function shownVariables(value: unknown): string {
  if (!isObject(value)) return HIDDEN;
  const wrong = Object.keys(value).filter((name) => !isText(value[name]));
  return `{ ${wrong.map((name) => `${name}: ${HIDDEN}`).join(", ")} }`;
}

/** Says what an option takes in place of a value; undefined where it takes the value. */
function refusal(option: Option, value: unknown): string | undefined {
  const [is, expected = expectedBy(option)] = SHAPES[option.kind];
  if (!is(value)) return expected;
  try {
    checkOption(option, value);
    return undefined;
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    return error.expected;
  }
}

/** The shape of each kind's values for a program, and the words for it where it is not as it is written. */
const SHAPES: {
  readonly [K in keyof KindValues]: readonly [is: (value: unknown) => boolean, expected?: string];
} = {
  boolean: [(value) => typeof value === "boolean"],
  switch: [(value) => typeof value === "boolean" || isText(value)],
  topic: [(value) => typeof value === "boolean" || isText(value)],
  // Infinity is as much as there may be, where that is not bounded.
  number: [(value) => Number.isSafeInteger(value) || value === Infinity],
  duration: [isDuration, "less than 24 days in ms, or Infinity"],
  size: [(value) => Number.isSafeInteger(value) && Number(value) >= 0, "a number of bytes"],
  factor: [Number.isFinite],
  count: [(value) => Number.isSafeInteger(value) || value === "auto"],
  rate: [isRate, "an object with perSecond, 0 or more, and burst, 1 or more"],
  seconds: [isDuration, "less than 24 days in ms, or Infinity"],
  mode: [Number.isSafeInteger, "a mode, as 0o660"],
  owner: [
    (value) => isObject(value) && (isText(value.user) || isText(value.group)),
    "an object with a user, a group or both",
  ],
  text: [isText],
  choice: [isText],
  names: [listOf(isText), "a list of names"],
  tokens: [
    listOf((item) => isText(item) && TOKEN.test(item)),
    "a list of names without spaces and separators",
  ],
  texts: [listOf(isText), "a list of texts"],
  headers: [listOf(listOf(isText)), "a list of [name, value]"],
  routes: [listOf(isText), "a list of routes"],
  origins: [
    listOf((item) => isObject(item) && isText(item.host)),
    "a list of objects with a host, and with a scheme and a port where these count",
  ],
  auths: [
    listOf((item) => isObject(item) && isText(item.kind) && isText(item.rest)),
    "a list of objects with a kind and a rest",
  ],
  bus: [
    (value) => isObject(value) && isText(value.kind),
    "an object with a kind, and a url or a path",
  ],
  place: [isObject, "an object with a hostname and a port, a unixSocket, or a path"],
  variables: [
    (value) => isObject(value) && Object.values(value).every(isText),
    "an object of texts",
  ],
  networks: [listOf(isText)],
  base: [isText],
};

function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** Whether a timer takes it, or it is for ever. */
function isDuration(value: unknown): boolean {
  return typeof value === "number" && value >= 0 && (value < 2 ** 31 || value === Infinity);
}

function isRate(value: unknown): boolean {
  return isObject(value) && Number.isFinite(value.perSecond) && Number.isFinite(value.burst);
}

function listOf(is: (item: unknown) => boolean): (value: unknown) => boolean {
  return (value) => Array.isArray(value) && value.every(is);
}
