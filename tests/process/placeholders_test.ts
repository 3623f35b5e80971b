import { assertEquals, assertThrows } from "@std/assert";
import { HandshakeError } from "../../lib/base/errors.ts";
import {
  fillPlaceholders,
  paramsOf,
  paramVariable,
  placeholdersIn,
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
  // Names that objects have of their own.
  [["{__proto__}", "{constructor}", "{toString}"], {}, "", ["", "", ""]],
  [["{__proto__}", "{constructor}"], {}, "__proto__=1&constructor=2", ["1", "2"]],
];
for (const [words, params, query, filled] of FILLED) {
  const from = `${JSON.stringify(words)} with ${JSON.stringify(params)} and "${query}"`;
  Deno.test(`fillPlaceholders() makes ${JSON.stringify(filled)} of ${from}`, () => {
    assertEquals(fillPlaceholders(words, fakeRequest({ params, query })), filled);
  });
}

Deno.test("fillPlaceholders() refuses a NUL of the query with 400", () => {
  const request = fakeRequest({ query: "b=1&a=x%00y" });
  const error = assertThrows(() => fillPlaceholders(["{b}"], request), HandshakeError, "a=x%00y");
  assertEquals(error.status, 400);
});

const NAMES: [words: string[], names: string[]][] = [
  [[], []],
  [["a", "{}", "{{a}}", "{1}"], []],
  [["{a}", "x{b_1}{$c}", "{a}{{d}}"], ["a", "b_1", "$c"]],
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
