import { assertEquals, assertThrows } from "@std/assert";
import { HandshakeError, UsageError } from "../../lib/base/errors.ts";
import {
  paramsOf,
  paramVariable,
  placeholdersIn,
  placeholdersOf,
} from "../../lib/process/placeholders.ts";
import { fakeRequest } from "../base/fake_request.ts";

type Params = Record<string, string>;

const FILLED: [words: string[], params: Params, query: string, filled: string[]][] = [
  [[], { a: "1" }, "", []],
  [["{a}"], { a: "1" }, "", ["1"]],
  [["{a}"], {}, "a=1", ["1"]],
  [["x{a}y{b}z"], { a: "1" }, "b=2", ["x1y2z"]],
  [["{a}{a}", "-n", "{a}"], { a: "1" }, "", ["11", "-n", "1"]],
  // The route stands above the query.
  [["{a}"], { a: "route" }, "a=query", ["route"]],
  [["{a}"], { a: "" }, "a=query", [""]],
  // Of the query the first.
  [["{a}"], {}, "a=1&a=2", ["1"]],
  [["{a}"], {}, "a&a=2", [""]],
  // What there is not is empty, and a word that is empty is a word.
  [["{a}", "{b}"], {}, "", ["", ""]],
  [["{A}"], { a: "1" }, "a=2", [""]],
  // One word stays one, whatever is in it, and it is not looked at again.
  [["{a}"], { a: "b c  d" }, "", ["b c  d"]],
  [["{a}"], {}, "a=b+c%20d%0Ae%09f", ["b c d\ne\tf"]],
  [["{a}"], { a: "'\"$(id)`id`;|&<>*?~\\" }, "", ["'\"$(id)`id`;|&<>*?~\\"]],
  [["{a}"], { a: "-rf" }, "", ["-rf"]],
  [["{a}"], { a: "ü😀\u202e" }, "", ["ü😀\u202e"]],
  [["{a}"], { a: "{b}", b: "1" }, "", ["{b}"]],
  [["{a}"], { a: "{{b}}", b: "$& $1 $$ $`" }, "", ["{{b}}"]],
  [["<{a}>"], { a: "$& $1 $$ $` $'" }, "", ["<$& $1 $$ $` $'>"]],
  [["{a}"], {}, "a=%FF", ["\ufffd"]],
  // Braces as they are.
  [["{{a}}"], { a: "1" }, "", ["{a}"]],
  [["{{a}}{a}"], { a: "1" }, "", ["{a}1"]],
  [["{{print $1}}"], {}, "", ["{print $1}"]],
  [["{{}}"], {}, "", ["{}"]],
  [["{", "}", "{}", "{ a }", "{a b}", "{1}", "{a,b}", '{"a":1}', "${A}"], { a: "1", A: "2" }, "", [
    "{",
    "}",
    "{}",
    "{ a }",
    "{a b}",
    "{1}",
    "{a,b}",
    '{"a":1}',
    "$2",
  ]],
  // Fenced, with braces of its own.
  [["{a:[a-z]+}", "x{a:b|c}y"], { a: "b" }, "", ["b", "xby"]],
  [["{a:[0-9]{4}}-{b:(?:x{1,2}){2}}"], { a: "2026" }, "b=xxx", ["2026-xxx"]],
  [["{a:[}]}", "{a:\\}}"], { a: "}" }, "", ["}", "}"]],
  [["{a:.*}"], {}, "", [""]],
  [["{a:-.*}"], { a: "-rf" }, "", ["-rf"]],
  [["{a:(?<x>.)\\k<x>}"], { a: "😀😀" }, "", ["😀😀"]],
  // Without an end it is none, nor where no name is.
  [["{a:[a-z]+", "{a:{}", "{:x}", "{1:x}", "{a :x}"], { a: "1" }, "", [
    "{a:[a-z]+",
    "{a:{}",
    "{:x}",
    "{1:x}",
    "{a :x}",
  ]],
  [["{{a:[a-z]+}}"], { a: "1" }, "", ["{a:[a-z]+}"]],
  // Names that objects have of their own.
  [["{__proto__}", "{constructor}", "{toString}"], {}, "", ["", "", ""]],
  [["{__proto__}", "{constructor}"], {}, "__proto__=1&constructor=2", ["1", "2"]],
];
for (const [words, params, query, filled] of FILLED) {
  const from = `${JSON.stringify(words)} with ${JSON.stringify(params)} and "${query}"`;
  Deno.test(`placeholdersOf() makes ${JSON.stringify(filled)} of ${from}`, () => {
    assertEquals(placeholdersOf(words)(fakeRequest({ params, query })), filled);
  });
}

Deno.test("placeholdersOf() refuses a NUL of the query with 400", () => {
  const request = fakeRequest({ query: "b=1&a=x%00y" });
  const error = assertThrows(() => placeholdersOf(["{b}"])(request), HandshakeError, "a=x%00y");
  assertEquals(error.status, 400);
});

const FENCED: [word: string, value: string][] = [
  ["{a:[a-z]+}", ""],
  ["{a:[a-z]+}", "aB"],
  ["{a:[a-z]+}", "a\n"],
  ["{a:[a-z]+}", "\na"],
  ["{a:[a-z]+}", "a;id"],
  ["{a:[a-z]+}", "-a"],
  ["{a:[a-z]+}", "a/../b"],
  ["{a:^a$}", "a\nb"],
  ["{a:.+}", "a\nb"],
  ["{a:a|b}", "ab"],
  ["{a:a|b}", "xb"],
  ["{a:.}", "ab"],
  ["{a:[0-9]{4}}", "123"],
  ["--user={a:[a-z]+}", "a b"],
  ["{a:[^]*}", "x".repeat(1025)],
];
for (const [word, value] of FENCED) {
  const shown = JSON.stringify(value.slice(0, 20));
  Deno.test(`placeholdersOf() refuses ${shown} for ${word} with 400`, () => {
    for (const request of [{ params: { a: value } }, { query: `a=${encodeURIComponent(value)}` }]) {
      const error = assertThrows(
        () => placeholdersOf(["x", word])(fakeRequest(request)),
        HandshakeError,
        `for {a}: it is not ${word.slice(word.indexOf(":") + 1, -1)}`,
      );
      assertEquals([error.status, error.message.length < 200], [400, true]);
    }
  });
}

const INVALID = ["{a:}", "{a:(}", "{a:)|(}", "{a:a)|(?:.*}", "{a:[z-a]}", "{a:+}", "{a:x{2,1}}"];
for (const word of INVALID) {
  Deno.test(`placeholdersOf() takes no pattern that is none: ${word}`, () => {
    assertThrows(() => placeholdersOf([word]), UsageError, 'Invalid placeholder "{a:');
  });
}

const NAMES: [words: string[], names: string[]][] = [
  [[], []],
  [["a", "{}", "{{a}}", "{1}"], []],
  [["{a}", "x{b_1}{$c}", "{a}{{d}}"], ["a", "b_1", "$c"]],
  [["{a:[a-z]+}", "{a}", "x{b:.{2}}", "{{c:x}}"], ["a", "b"]],
];
for (const [words, names] of NAMES) {
  Deno.test(`placeholdersIn() finds ${names.length} names in ${JSON.stringify(words)}`, () => {
    assertEquals(placeholdersIn(words), names);
  });
}

Deno.test("paramsOf() has all names and only those", () => {
  const params = paramsOf("a=1&b&=2&a=3&__proto__=4&c%20d=%2F+%2B");
  assertEquals(Object.entries(params), [
    ["a", "1"],
    ["b", ""],
    ["", "2"],
    ["__proto__", "4"],
    ["c d", "/ +"],
  ]);
  assertEquals(Object.keys(paramsOf("")), []);
});

const VARIABLES: [name: string, variable: string][] = [
  ["room", "STDWS_PARAM_ROOM"],
  ["roomName2", "STDWS_PARAM_ROOMNAME2"],
  ["room-name", "STDWS_PARAM_ROOM_NAME"],
  ["a=b", "STDWS_PARAM_A_B"],
  ["ü\n$(x)", "STDWS_PARAM_____X_"],
  ["0", "STDWS_PARAM_0"],
  ["", "STDWS_PARAM_"],
];
for (const [name, variable] of VARIABLES) {
  Deno.test(`paramVariable() is ${variable} for ${JSON.stringify(name)}`, () => {
    assertEquals(paramVariable(name), variable);
  });
}
