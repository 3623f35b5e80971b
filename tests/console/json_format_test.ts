import { assertEquals } from "@std/assert";
import { compactJson, prettyJson } from "../../lib/console/json_format.js";

const CASES: [text: string, compact: string, pretty: string][] = [
  ["1", "1", "1"],
  ["{ }", "{}", "{}"],
  ["[ ]", "[]", "[]"],
  [
    '{"a" : [1 ,\n{"b c":"d  e"}, []], "n": 12345678901234567890}',
    '{"a":[1,{"b c":"d  e"},[]],"n":12345678901234567890}',
    '{\n  "a": [\n    1,\n    {\n      "b c": "d  e"\n    },\n    []\n  ],\n' +
    '  "n": 12345678901234567890\n}',
  ],
  ['{"a":{},"a":1}', '{"a":{},"a":1}', '{\n  "a": {},\n  "a": 1\n}'],
];
for (const [text, compact, pretty] of CASES) {
  Deno.test(`compactJson() puts ${JSON.stringify(text)} on one line`, () => {
    assertEquals(compactJson(text), compact);
  });
  Deno.test(`prettyJson() gives each member of ${JSON.stringify(text)} a line`, () => {
    assertEquals(prettyJson(text), pretty);
  });
}
