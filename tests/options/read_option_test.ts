import { assertEquals, assertThrows } from "@std/assert";
import type { Option } from "../../lib/options/option.ts";
import { expectedBy, readOption, showOption } from "../../lib/options/read_option.ts";
import { ValueError } from "../../lib/options/value_error.ts";

const BOOLEAN: Option = { name: "o", kind: "boolean", doc: "" };
const NUMBER: Option = { name: "o", kind: "number", doc: "" };
const SMALL: Option = { name: "o", kind: "number", least: 2, most: 5, doc: "" };
const CHOICE: Option = { name: "o", kind: "choice", choices: ["a", "b"], doc: "" };
const TEXT: Option = { name: "o", kind: "text", value: "DIR", doc: "" };
const NAMES: Option = { name: "o", kind: "names", doc: "" };
const TOKENS: Option = { name: "o", kind: "tokens", doc: "" };
const EACH: Option = { ...TOKENS, repeat: true };
const TEXTS: Option = { name: "o", kind: "texts", value: "HOST", doc: "" };
const ROUTES: Option = { name: "o", kind: "routes", doc: "" };
const HEADERS: Option = { name: "o", kind: "headers", doc: "" };
const ORIGINS: Option = { name: "o", kind: "origins", doc: "" };
const SWITCH: Option = { name: "o", kind: "switch", doc: "" };
const TOPIC: Option = { name: "o", kind: "topic", doc: "" };
const MODE: Option = { name: "o", kind: "mode", doc: "" };
const ANY: Option = { ...NUMBER, least: -Infinity };
const DURATION: Option = { name: "o", kind: "duration", doc: "" };
const SIZE: Option = { name: "o", kind: "size", doc: "" };
const RATE: Option = { name: "o", kind: "rate", doc: "" };
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
  [RATE, ["10"], { perSecond: 10, burst: 50 }],
  [RATE, ["10:20"], { perSecond: 10, burst: 20 }],
  [RATE, ["0.5:1"], { perSecond: 0.5, burst: 1 }],
  [RATE, ["0.1"], { perSecond: 0.1, burst: 1 }],
  [RATE, ["0"], { perSecond: 0, burst: 1 }],
  [TEXT, ["a b"], "a b"],
  [TEXT, ["a", "b"], "b"],
  [NAMES, ["a,b", " c "], ["a", "b", "c"]],
  [NAMES, [",a,,"], ["a"]],
  [NAMES, [""], []],
  [TOKENS, ["a, b", "c"], ["a", "b", "c"]],
  [TOKENS, ["", "a,,"], ["a"]],
  [TOKENS, ["chat,v1.chat.example.com", "!#$%&'*+-.^_`|~0Az"], [
    "chat",
    "v1.chat.example.com",
    "!#$%&'*+-.^_`|~0Az",
  ]],
  [EACH, ["a, b", "c"], ["a", "b", "c"]],
  [TEXTS, ["a,b", " c "], ["a,b", " c "]],
  [ROUTES, ["/a=echo", ""], ["/a=echo", ""]],
  [HEADERS, ["A: 1", "B:2", "C:  a: b  ", "D:"], [["A", "1"], ["B", "2"], ["C", "a: b"], [
    "D",
    "",
  ]]],
  [ORIGINS, ["a", "https://b"], [{ scheme: "https", host: "b" }]],
  [{ ...ORIGINS, empty: true }, [""], []],
  [{ ...TEXT, empty: true }, [""], ""],
  [SWITCH, ["t"], true],
  [SWITCH, ["/a", "0"], false],
  [SWITCH, ["/a=b"], "/a=b"],
  [TOPIC, ["T"], true],
  [TOPIC, ["false"], false],
  [TOPIC, ["true", "broadcast"], "broadcast"],
  [MODE, ["0660"], 0o660],
  [MODE, ["660"], 0o660],
  [ANY, ["-1"], -1],
  [DURATION, ["5s"], 5_000],
  [SIZE, ["0"], 0],
  [SIZE, ["1000"], 1_000],
  [SIZE, ["3K"], 3 * 1024],
  [SIZE, ["64M"], 64 * 1024 ** 2],
  [SIZE, ["2G"], 2 * 1024 ** 3],
  [VARIABLES, ["A=1", "B=", "C=d=e", "A=2"], { A: "2", B: "", C: "d=e" }],
  [VARIABLES, ["A= b\nc "], { A: " b\nc " }],
];
for (const [option, texts, value] of READ) {
  Deno.test(`readOption() makes ${JSON.stringify(value)} of ${option.kind} ${JSON.stringify(texts)}`, () => {
    assertEquals(readOption(option, texts), value);
  });
}

Deno.test("readOption() takes a variable of any name as a variable", () => {
  const value = readOption(VARIABLES, ["__proto__=1"]) as Record<string, string>;
  assertEquals(Object.entries(value), [["__proto__", "1"]]);
});

const NO_NUMBERS = ["", "1.5", "1e3", " 1", "0x10", "9007199254740993", "Infinity"];
const NO_TOKENS = [" a b", "a;b", "a/b", '"a"', "a\nb", "ü", "a\0"];
const REFUSED: [option: Option, texts: string[], expected: string, text?: string][] = [
  [BOOLEAN, ["yes"], "true or false"],
  [BOOLEAN, [""], "true or false"],
  ...NO_NUMBERS.map((text): [Option, string[], string] => [NUMBER, [text], "a whole number"]),
  [NUMBER, ["-1"], "a whole number, 0 or more"],
  [SMALL, ["1"], "a whole number, 2 to 5"],
  [SMALL, ["6"], "a whole number, 2 to 5"],
  [CHOICE, ["c"], "a, b"],
  [CHOICE, ["constructor"], "a, b"],
  [CHOICE, [""], "a, b"],
  [TEXT, [""], "DIR"],
  ...NO_TOKENS.map((text): [Option, string[], string, string] => {
    return [TOKENS, ["a", text], "a name without spaces and separators", text.trim()];
  }),
  [EACH, ["a", ""], "a name without spaces and separators"],
  [TEXTS, ["a", ""], "HOST, or several of them"],
  [HEADERS, ["A: b", "c"], '"Name: value"'],
  [ORIGINS, [""], "[scheme://]host[:port], separated by commas"],
  [ORIGINS, ["a,b c"], "[scheme://]host[:port], separated by commas", "b c"],
  [SWITCH, ["a"], "true, false or a path as /_console"],
  [TOPIC, [""], "true, false or a name"],
  ...["", "M", "1.5G", "64MB", "64m", "-1", "1 K", "9007199254740991K", "constructor"].map(
    (text): [Option, string[], string] => [SIZE, [text], "bytes, or a number with K, M or G"],
  ),
  [MODE, ["888"], "three octal digits, as 660, or a 0 and three, as 0660"],
  [VARIABLES, ["A"], "NAME=VALUE"],
  [VARIABLES, ["=A"], "NAME=VALUE", "=***"],
  [VARIABLES, ["A=1", "B", "C=2"], "NAME=VALUE", "B"],
  [VARIABLES, ["A=\0"], "NAME=VALUE", "A=***"],
];
for (const [option, texts, expected, text = texts.at(-1)] of REFUSED) {
  const shown = `${JSON.stringify(texts)} for ${option.kind}`;
  Deno.test(`readOption() does not take ${shown}: expected ${expected}`, () => {
    const error = assertThrows(() => readOption(option, texts), ValueError);
    assertEquals([error.expected, error.text], [expected, text]);
    // The one knows what the text looks like, the other what the value may be as well.
    assertEquals(expectedBy(option).startsWith(expected), true);
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
  Deno.test(`readOption() makes ${ms} ms of "${text}"`, () =>
    assertEquals(readOption(DURATION, [text]), ms));
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
  Deno.test(`readOption() does not take "${text}"`, () => {
    const error = assertThrows(
      () => readOption(DURATION, [text]),
      ValueError,
      "ms, s, m or h, or forever",
    );
    assertEquals(error.text, text);
  });
}

for (const text of ["", "a", "-1", "1:", ":1", "1:0", "1:1.5", "1/s", "1e3", "1:2:3", "Infinity"]) {
  Deno.test(`readOption() does not take "${text}" for a rate`, () => {
    const error = assertThrows(() => readOption(RATE, [text]), ValueError, "as 10:50");
    assertEquals(error.text, text);
  });
}

const SHOWN: [option: Option, value: unknown, text: string][] = [
  [BOOLEAN, true, "true"],
  [NUMBER, 5, "5"],
  [CHOICE, "a", "a"],
  [NAMES, ["a", "b"], "a,b"],
  [TOKENS, ["a", "b"], "a,b"],
  [DURATION, 5_000, "5000"],
  [SIZE, 0, "0"],
  [SIZE, 1_000, "1000"],
  [SIZE, 1536, "1536"],
  [SIZE, 64 * 1024 ** 2, "64M"],
  [SIZE, 2048 * 1024 ** 3, "2048G"],
  [DURATION, Infinity, "forever"],
  [RATE, { perSecond: 0.5, burst: 7 }, "0.5:7"],
  [MODE, 0o60, "0060"],
  [ORIGINS, [{ host: "::1", port: "1" }, { scheme: "https", host: "a" }], "[::1]:1,https://a"],
  // The values may be secrets.
  [VARIABLES, { A: "1", B: "2" }, "A,B"],
];
for (const [option, value, text] of SHOWN) {
  Deno.test(`showOption() shows ${option.kind} ${JSON.stringify(value)} as ${text}`, () => {
    assertEquals(showOption(option, value), text);
  });
}
