import { assert, assertEquals } from "@std/assert";
import { parseJson } from "../../lib/console/json_tree.js";

/** A node as the text that it was made from, without spaces. */
// deno-lint-ignore no-explicit-any
function write({ kind, source, key, children }: any): string {
  const close = kind === "object" ? "}" : kind === "array" ? "]" : "";
  return (key ? `${key}:` : "") + source + (children ?? []).map(write).join(",") + close;
}

const VALID = [
  "0",
  "-0.5E-7",
  '""',
  "null",
  "[]",
  "{}",
  " [ ] ",
  "[[],[{}]]",
  '{"a":1,"b":[true,false,null],"c":{"d":"e"}}',
  '\t{"a"\n:\r[1 , 2]} ',
  '{"__proto__":{"polluted":true},"constructor":1,"toString":2}',
  '{"a":1,"a":2}',
  "[12345678901234567890,0.1000]",
  '["\\u0000\\ud800","\u202e"]',
];
const INVALID = [
  "",
  " ",
  "[1,]",
  '{"a":1,}',
  "[,1]",
  '{"a"}',
  '{"a" 1}',
  "{a:1}",
  "{1:1}",
  "[1 2]",
  "[1}",
  "{]",
  "]",
  "}",
  ",",
  ":",
  "1,2",
  "1 2",
  "[1]]",
  "[",
  '{"a":',
  '{"a":1',
  "01",
  "+1",
  "1.",
  ".5",
  "1e",
  "NaN",
  "tru",
  "truex",
  "'a'",
  '"',
  '"\t"',
  '"\\a"',
  "[1]//",
  "\ufeff1",
  "\u20281",
];

for (const text of [...VALID, ...INVALID]) {
  const valid = VALID.includes(text);
  Deno.test(`parseJson() ${valid ? "takes" : "refuses"} ${JSON.stringify(text)} as JSON.parse does`, () => {
    const result = parseJson(text);
    let parsed = true;
    try {
      JSON.parse(text);
    } catch {
      parsed = false;
    }
    assertEquals(["root" in result, parsed], [valid, valid]);
  });
}

for (const text of VALID) {
  Deno.test(`parseJson() keeps all of ${JSON.stringify(text)}`, () => {
    const result = parseJson(text);
    assert("root" in result);
    // No string among them has a space in it.
    assertEquals(write(result.root), text.replace(/\s/g, ""));
  });
}

const FAULTS: [text: string, line: number, column: number, message: string][] = [
  ['{"a": 1,\n "b" 2}', 2, 6, "Unexpected 2: a colon is expected"],
  ["[1,\n\n]", 3, 1, "Unexpected ]: a value is expected"],
  ["{,}", 1, 2, "Unexpected ,: a key in double quotes or } is expected"],
  ['{"a":1,}', 1, 8, "Unexpected }: a key in double quotes is expected"],
  ["[1 2]", 1, 4, "Unexpected 2: a comma or ] is expected"],
  ['{"a":1]', 1, 7, "Unexpected ]: a comma or } is expected"],
  ["1 2", 1, 3, "Unexpected 2: the value is complete"],
  ["[1", 1, 3, "The text ends, but a comma or ] is expected"],
  ["", 1, 1, "The text ends, but a value is expected"],
  ["[tru]", 1, 2, 'Unexpected "tru"'],
  ['["a\\x"]', 1, 4, "A bad escape in a string"],
];
for (const [text, line, column, message] of FAULTS) {
  Deno.test(`parseJson() tells what is wrong with ${JSON.stringify(text)}, and where`, () => {
    const result = parseJson(text);
    assert("fault" in result);
    const { fault } = result;
    assertEquals([fault.line, fault.column, fault.message], [line, column, message]);
    const before = text.slice(0, fault.offset).split("\n");
    assertEquals([before.length, (before.at(-1) ?? "").length + 1], [line, column]);
  });
}

Deno.test("parseJson() bears a depth of 100,000", () => {
  const text = "[".repeat(100_000) + "]".repeat(100_000);
  assert("root" in parseJson(text));
  assert("fault" in parseJson(text.slice(1)));
});

Deno.test("parseJson() changes no prototype", () => {
  parseJson('{"__proto__":{"polluted":true}}');
  assertEquals("polluted" in {}, false);
});
