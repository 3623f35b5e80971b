import { assertEquals } from "@std/assert";
import { jsonTokens } from "../../lib/console/json_tokens.js";

const CASES: [text: string, tokens: string[]][] = [
  ['{"a": [1, -2.5e3, true, null]}', [
    "punctuation {",
    'string "a"',
    "punctuation :",
    "space  ",
    "punctuation [",
    "number 1",
    "punctuation ,",
    "space  ",
    "number -2.5e3",
    "punctuation ,",
    "space  ",
    "literal true",
    "punctuation ,",
    "space  ",
    "literal null",
    "punctuation ]",
    "punctuation }",
  ]],
  ['"a\\"\\u00ff\\\\"', ['string "a\\"\\u00ff\\\\"']],
  ["01", ["number 0", "number 1"]],
];
for (const [text, tokens] of CASES) {
  Deno.test(`jsonTokens() takes ${text} apart`, () => {
    const shown = [...jsonTokens(text)].map(({ kind, start, end }) =>
      `${kind} ${text.slice(start, end)}`
    );
    assertEquals(shown, tokens);
  });
}

const BAD: [text: string, at: number, fault: string][] = [
  ["[1, tru]", 4, 'Unexpected "tru"'],
  ["'a'", 0, `Unexpected "'"`],
  ["-", 0, 'Unexpected "-"'],
  ['"abc', 4, "A string without its end"],
  ['"a\\x"', 2, "A bad escape in a string"],
  ['"a\\u12"', 2, "A bad escape in a string"],
  ['"a\nb"', 2, "A control character in a string"],
  ["\u00a01", 0, 'Unexpected "\u00a0"'],
];
for (const [text, at, fault] of BAD) {
  Deno.test(`jsonTokens() finds the fault in ${JSON.stringify(text)} at ${at}`, () => {
    const last = [...jsonTokens(text)].at(-1);
    assertEquals([last?.kind, last?.end, last?.fault], ["bad", at, fault]);
  });
}

Deno.test("jsonTokens() bears a string of many mebibytes", () => {
  const text = `"${"x\\n".repeat(2 ** 21)}"`;
  assertEquals([...jsonTokens(text)].map(({ kind }) => kind), ["string"]);
});
