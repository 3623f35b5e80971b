import { assertEquals, assertThrows } from "@std/assert";
import type { Option } from "../../lib/handlers/option.ts";
import { expectedBy, readDuration, readValue, ValueError } from "../../lib/handlers/read_value.ts";

const BOOLEAN: Option = { name: "o", kind: "boolean", doc: "" };
const NUMBER: Option = { name: "o", kind: "number", doc: "" };
const SMALL: Option = { name: "o", kind: "number", least: 2, most: 5, doc: "" };
const CHOICE: Option = { name: "o", kind: "choice", choices: ["a", "b"], doc: "" };
const TEXT: Option = { name: "o", kind: "text", value: "DIR", doc: "" };
const LIST: Option = { name: "o", kind: "list", doc: "" };
const DURATION: Option = { name: "o", kind: "duration", doc: "" };
const VARIABLES: Option = { name: "o", kind: "variables", doc: "" };

const READ: [option: Option, texts: string[], value: unknown][] = [
  ...["true", "t", "1", "TRUE"].map((text): [Option, string[], unknown] => [BOOLEAN, [text], true]),
  ...["false", "f", "0", "F"].map((text): [Option, string[], unknown] => [BOOLEAN, [text], false]),
  [BOOLEAN, ["true", "false"], false],
  [NUMBER, ["0"], 0],
  [NUMBER, ["+7"], 7],
  [NUMBER, ["007"], 7],
  [NUMBER, ["9007199254740991"], Number.MAX_SAFE_INTEGER],
  [SMALL, ["2"], 2],
  [SMALL, ["5"], 5],
  [CHOICE, ["b"], "b"],
  [TEXT, ["a b"], "a b"],
  [TEXT, ["a", "b"], "b"],
  [LIST, ["a,b", " c "], ["a", "b", "c"]],
  [LIST, [",a,,"], ["a"]],
  [LIST, [""], []],
  [DURATION, ["5s"], 5_000],
  [VARIABLES, ["A=1", "B=", "C=d=e", "A=2"], { A: "2", B: "", C: "d=e" }],
  [VARIABLES, ["A= b\nc "], { A: " b\nc " }],
];
for (const [option, texts, value] of READ) {
  Deno.test(`readValue() makes ${JSON.stringify(value)} of ${option.kind} ${JSON.stringify(texts)}`, () => {
    assertEquals(readValue(option, texts), value);
  });
}

Deno.test("readValue() takes a variable of any name as a variable", () => {
  const value = readValue(VARIABLES, ["__proto__=1"]) as Record<string, string>;
  assertEquals(Object.entries(value), [["__proto__", "1"]]);
});

const REFUSED: [option: Option, texts: string[], expected: string, text?: string][] = [
  [BOOLEAN, ["yes"], "true or false"],
  [BOOLEAN, [""], "true or false"],
  [NUMBER, [""], "a whole number, 0 or more"],
  [NUMBER, ["-1"], "a whole number, 0 or more"],
  [NUMBER, ["1.5"], "a whole number, 0 or more"],
  [NUMBER, ["1e3"], "a whole number, 0 or more"],
  [NUMBER, [" 1"], "a whole number, 0 or more"],
  [NUMBER, ["0x10"], "a whole number, 0 or more"],
  [NUMBER, ["9007199254740993"], "a whole number, 0 or more"],
  [NUMBER, ["Infinity"], "a whole number, 0 or more"],
  [SMALL, ["1"], "a whole number, 2 to 5"],
  [SMALL, ["6"], "a whole number, 2 to 5"],
  [CHOICE, ["c"], "a, b"],
  [CHOICE, ["constructor"], "a, b"],
  [CHOICE, [""], "a, b"],
  [TEXT, [""], "DIR"],
  [VARIABLES, ["A"], "NAME=VALUE"],
  [VARIABLES, ["=A"], "NAME=VALUE"],
  [VARIABLES, ["A=1", "B", "C=2"], "NAME=VALUE", "B"],
  [VARIABLES, ["A=\0"], "NAME=VALUE"],
];
for (const [option, texts, expected, text = texts.at(-1)] of REFUSED) {
  Deno.test(`readValue() does not take ${JSON.stringify(texts)} for ${option.kind} ${expected}`, () => {
    const error = assertThrows(() => readValue(option, texts), ValueError);
    assertEquals([error.expected, error.text], [expected, text]);
    assertEquals(expectedBy(option), expected);
  });
}

const DURATIONS: [text: string, ms: number][] = [
  ["0", 0],
  ["250", 250],
  ["250ms", 250],
  ["30s", 30_000],
  ["1.5s", 1_500],
  ["0.5ms", 1],
  ["5m", 300_000],
  ["1h", 3_600_000],
  ["596h", 2_145_600_000],
  ["2147483647", 2_147_483_647],
  ["forever", Infinity],
];
for (const [text, ms] of DURATIONS) {
  Deno.test(`readDuration() makes ${ms} ms of "${text}"`, () =>
    assertEquals(readDuration(text), ms));
}

const NO_DURATIONS = [
  "",
  "s",
  "-1",
  "+1",
  "1 s",
  "1d",
  "1S",
  "1e3",
  "Infinity",
  "2147483648",
  "2147483647.6",
  "597h",
];
for (const text of [...NO_DURATIONS, ".5s", "1.s", "for ever", "constructor"]) {
  Deno.test(`readDuration() does not take "${text}"`, () => {
    const error = assertThrows(() => readDuration(text), ValueError, "ms, s, m or h, or forever");
    assertEquals(error.text, text);
  });
}
