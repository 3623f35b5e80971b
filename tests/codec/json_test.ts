import { assertEquals, assertThrows } from "@std/assert";
import { Batch } from "../../lib/base/batch.ts";
import { CodecError } from "../../lib/base/errors.ts";
import { MAX_LINE } from "../../lib/base/limits.ts";
import { json } from "../../lib/codec/json.ts";
import { assertDecodes, bytesOf, encode, pieces, together } from "./decoding.ts";

const STREAMS: [what: string, stream: string | number[], values: string[]][] = [
  ["nothing", " \r\n\t", []],
  ["a value on each line", '{"a":1}\n[2]\n"x"\n3\ntrue\n', ['{"a":1}', "[2]", '"x"', "3", "true"]],
  ["values over several lines", '{\n  "a": [\n    1\n  ]\n}\n{\r\n}', [
    '{\n  "a": [\n    1\n  ]\n}',
    "{\r\n}",
  ]],
  ["several on one line", '{}[]""1 null{"a":{}}-1.5e3"s"', [
    "{}",
    "[]",
    '""',
    "1",
    "null",
    '{"a":{}}',
    "-1.5e3",
    '"s"',
  ]],
  ["a number without an end", "1\n23", ["1", "23"]],
  ["brackets and quotes in strings", String.raw`{"}]\"":"[\\"} "\\" "]"`, [
    String.raw`{"}]\"":"[\\"}`,
    String.raw`"\\"`,
    '"]"',
  ]],
  ["text of any kind", '{"ü":"😀\u2028"}\n', ['{"ü":"😀\u2028"}']],
  ["what is not UTF-8 in a string", [0x22, 0xff, 0x22, 0x31], ['"\ufffd"', "1"]],
];
for (const [what, stream, values] of STREAMS) {
  Deno.test(`json reads ${what}, however it comes`, () => {
    assertDecodes(json, stream, values);
  });
}

const REFUSED = [
  "hello\n",
  "}",
  "]",
  "{]",
  "[1,]",
  "{'a':1}",
  "truefalse\n",
  "1,2\n",
  '"\n"',
  "\ufeff{}",
];
for (const stream of REFUSED) {
  Deno.test(`json refuses ${JSON.stringify(stream)} of a program, after what came before it`, () => {
    for (const size of [1, 3, 100]) {
      const values: unknown[] = [];
      const decoder = json.decoder("stdout", (batch) => values.push(...batch));
      const error = assertThrows(
        () => {
          for (const piece of pieces(bytesOf(`{"a":1}${stream}`), size)) decoder?.push(piece);
          decoder?.end();
        },
        CodecError,
        "The output is no JSON",
      );
      assertEquals([error.code, values], [1011, ['{"a":1}']]);
    }
  });
}

for (const part of ["{", '"', '{"a":"}', "[[]"]) {
  Deno.test(`json refuses an end in the middle of a value: ${part}`, () => {
    const decoder = json.decoder("stdout", () => {});
    decoder?.push(bytesOf(part));
    const error = assertThrows(() => decoder?.end(), CodecError, "in the middle of a JSON value");
    assertEquals(error.code, 1011);
  });
}

Deno.test("json bounds a value", () => {
  const decoder = json.decoder("stdout", () => {});
  decoder?.push(bytesOf('"'));
  const error = assertThrows(() => decoder?.push(new Uint8Array(MAX_LINE).fill(0x78)), CodecError);
  assertEquals([error.code, error.message], [
    1009,
    `A JSON value is longer than ${MAX_LINE} bytes`,
  ]);
});

Deno.test("json writes each value on a line, whatever newlines were in it", () => {
  const input = ['{\n  "a": "\\n",\r\n  "ü": 1.0\n}', "[]", "12345678901234567890", '"a"\n'];
  const expected = bytesOf('{   "a": "\\n",    "ü": 1.0 }\n[]\n12345678901234567890\n"a" \n');
  assertEquals(encode(json, input), expected);
  assertEquals(bytesOf(json.encode(together(input))), expected);
});

const WRONG = ["", " ", "hello", "{} {}", "{", "1 2", "{}\n{}", "NaN", "\ufeff1", "[1,]"];
for (const message of WRONG) {
  Deno.test(`json refuses ${JSON.stringify(message)} of a client with 1007`, () => {
    const error = assertThrows(() => json.encode(Batch.of(message)), CodecError);
    assertEquals([error.code, error.message], [1007, "A message has to be one JSON value"]);
  });
}
