import { assertEquals } from "@std/assert";
import { outcomeOf } from "../../../lib/handlers/static/outcome.ts";
import type { Validators } from "../../../lib/handlers/static/validators.ts";

const BEFORE = "Sun, 06 Nov 1994 08:49:36 GMT";
const DATE = "Sun, 06 Nov 1994 08:49:37 GMT";
const AFTER = "Sun, 06 Nov 1994 08:49:38 GMT";
const modified = Date.parse(DATE);
const OLD: Validators = { etag: '"x"', modified, strong: true };
const YOUNG: Validators = { etag: 'W/"x"', modified, strong: false };
const UNDATED: Validators = { etag: '"x"', modified: undefined, strong: true };

type Row = [headers: Record<string, string>, outcome: string, method?: string];

/** For a file of ten bytes. */
const RULES: [file: string, Validators, Row[]][] = [
  ["an old file", OLD, [
    [{}, "200 0+10"],
    [{}, "200 0+10", "HEAD"],

    [{ "if-match": '"x"' }, "200 0+10"],
    [{ "if-match": '"y", "x"' }, "200 0+10"],
    [{ "if-match": "*" }, "200 0+10"],
    [{ "if-match": '"y"' }, "412"],
    [{ "if-match": '"y"' }, "412", "HEAD"],
    [{ "if-match": 'W/"x"' }, "412"],
    [{ "if-match": "x" }, "412"],
    [{ "if-match": "" }, "412"],
    [{ "if-unmodified-since": DATE }, "200 0+10"],
    [{ "if-unmodified-since": AFTER }, "200 0+10"],
    [{ "if-unmodified-since": BEFORE }, "412"],
    [{ "if-unmodified-since": "1994" }, "200 0+10"],
    // The tag wins.
    [{ "if-match": '"x"', "if-unmodified-since": BEFORE }, "200 0+10"],
    [{ "if-match": '"y"', "if-unmodified-since": AFTER }, "412"],

    [{ "if-none-match": '"x"' }, "304"],
    [{ "if-none-match": '"x"' }, "304", "HEAD"],
    [{ "if-none-match": 'W/"x"' }, "304"],
    [{ "if-none-match": '"y",  W/"x"' }, "304"],
    [{ "if-none-match": "*" }, "304"],
    [{ "if-none-match": '"y"' }, "200 0+10"],
    [{ "if-none-match": "x" }, "200 0+10"],
    [{ "if-modified-since": DATE }, "304"],
    [{ "if-modified-since": DATE }, "304", "HEAD"],
    [{ "if-modified-since": AFTER }, "304"],
    [{ "if-modified-since": BEFORE }, "200 0+10"],
    [{ "if-modified-since": "2030" }, "200 0+10"],
    [{ "if-none-match": '"y"', "if-modified-since": AFTER }, "200 0+10"],
    [{ "if-none-match": '"x"', "if-modified-since": BEFORE }, "304"],
    // What is expected comes before what is known.
    [{ "if-match": '"y"', "if-none-match": '"x"' }, "412"],
    [{ "if-match": '"x"', "if-none-match": '"x"' }, "304"],
    [{ "if-unmodified-since": BEFORE, "if-modified-since": AFTER }, "412"],
    [{ "if-unmodified-since": AFTER, "if-modified-since": AFTER }, "304"],

    [{ range: "bytes=2-3" }, "206 2+2"],
    [{ range: "bytes=0-9" }, "206 0+10"],
    [{ range: "bytes=2-3,5-" }, "206 2+2 5+5"],
    [{ range: "bytes=10-" }, "416"],
    [{ range: "lines=2-3" }, "200 0+10"],
    [{ range: "bytes=2-3" }, "200 0+10", "HEAD"],
    [{ range: "bytes=10-" }, "200 0+10", "HEAD"],
    // Conditions come before ranges.
    [{ range: "bytes=2-3", "if-none-match": '"x"' }, "304"],
    [{ range: "bytes=10-", "if-none-match": '"x"' }, "304"],
    [{ range: "bytes=10-", "if-match": '"y"' }, "412"],
    [{ range: "bytes=2-3", "if-none-match": '"y"' }, "206 2+2"],
    [{ range: "bytes=2-3", "if-match": '"x"' }, "206 2+2"],

    [{ range: "bytes=2-3", "if-range": '"x"' }, "206 2+2"],
    [{ range: "bytes=2-3", "if-range": '"y"' }, "200 0+10"],
    [{ range: "bytes=2-3", "if-range": 'W/"x"' }, "200 0+10"],
    [{ range: "bytes=2-3", "if-range": "*" }, "200 0+10"],
    [{ range: "bytes=2-3", "if-range": '"y", "x"' }, "200 0+10"],
    [{ range: "bytes=2-3", "if-range": DATE }, "206 2+2"],
    // Only the very same date will do.
    [{ range: "bytes=2-3", "if-range": AFTER }, "200 0+10"],
    [{ range: "bytes=2-3", "if-range": BEFORE }, "200 0+10"],
    [{ range: "bytes=10-", "if-range": '"y"' }, "200 0+10"],
    [{ range: "bytes=10-", "if-range": '"x"' }, "416"],
    [{ "if-range": '"y"' }, "200 0+10"],
  ]],
  ["a young file", YOUNG, [
    [{ "if-none-match": 'W/"x"' }, "304"],
    [{ "if-none-match": '"x"' }, "304"],
    [{ "if-match": 'W/"x"' }, "412"],
    [{ "if-match": "*" }, "200 0+10"],
    [{ range: "bytes=2-3" }, "206 2+2"],
    [{ range: "bytes=2-3", "if-range": 'W/"x"' }, "200 0+10"],
    [{ range: "bytes=2-3", "if-range": '"x"' }, "200 0+10"],
    [{ range: "bytes=2-3", "if-range": DATE }, "200 0+10"],
  ]],
  ["a file without a date", UNDATED, [
    [{ "if-modified-since": AFTER }, "200 0+10"],
    [{ "if-unmodified-since": BEFORE }, "200 0+10"],
    [{ range: "bytes=2-3", "if-range": DATE }, "200 0+10"],
    [{ "if-none-match": '"x"' }, "304"],
  ]],
];
for (const [file, validators, rows] of RULES) {
  for (const [headers, expected, method = "GET"] of rows) {
    const asked = `${method} ${JSON.stringify(headers)}`;
    Deno.test(`outcomeOf() makes ${expected} of ${asked} for ${file}`, () => {
      const { status, ranges } = outcomeOf(method, new Headers(headers), validators, 10);
      const sent = ranges.map(({ start, length }) => `${start}+${length}`);
      assertEquals([status, ...sent].join(" "), expected);
    });
  }
}
